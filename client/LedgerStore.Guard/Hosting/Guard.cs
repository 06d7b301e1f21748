// The guard: follows every ledger that its rules name, makes what they find durable in `_alerts`, has it delivered, and
// says when it cannot watch. Started once; it ends when it is cancelled, and everything it started with it.

using System.Globalization;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Guard;

/// <summary>A running guard.</summary>
internal sealed class Guard : IDisposable
{
    /// <summary>A ledger of which nothing is heard for so long is not watched: that is said, and the dead man's switch
    /// is let go.</summary>
    public static readonly TimeSpan BlindAfter = TimeSpan.FromMinutes(2);

    /// <summary>What could not be delivered for so long is an alert itself.</summary>
    public static readonly TimeSpan UndeliveredAfter = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_listEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_certificateAhead = TimeSpan.FromDays(14);

    private readonly GuardOptions _options;
    private readonly AlertLedger _alerts;
    private readonly Verifier _alertsVerifier;
    private readonly Dispatcher _dispatcher;
    private readonly Conditions _conditions;
    private readonly StateFile _state;
    private readonly SemaphoreSlim _order = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Task Task, FollowerStatus Status, Verifier Verifier)> _followers =
        new(StringComparer.Ordinal);

    // Ledgers that rules name and that are not followed, because no key is trusted or the server does not list them.
    private readonly HashSet<string> _missing = [];
    private readonly List<Alert> _unwritten = [];
    private bool _isReady;

    private Guard(GuardOptions options, VerifierOptions trust)
    {
        _options = options;
        _alertsVerifier = options.Client.CreateVerifier(AlertProducer.Ledger, trust);
        _alerts = new AlertLedger(options.Client, _alertsVerifier, new AlertBook(), options.Time);
        string store = _alertsVerifier.Origin[..^AlertProducer.Ledger.Length];
        _state = new StateFile(options.State, store);
        _conditions = new Conditions(options.Rules.Sha256, options.Time);
        _dispatcher = new Dispatcher(
            options.Rules.Targets, options.State, options.Rules.Sha256, () => IsWatching, options.Time);
    }

    /// <summary>Whether everything that the rules name is followed, and heard of.</summary>
    public bool IsWatching
    {
        get
        {
            lock (_gate)
            {
                return _isReady && _missing.Count == 0 && _followers.Values.All(static one =>
                    one.Status is { IsLive: true, Violation: null } && one.Status.SilentFor < BlindAfter);
            }
        }
    }

    public Board Board => _dispatcher.Board;

    public IEnumerable<DeliveryStatus> Deliveries => _dispatcher.Statuses;

    public IReadOnlyList<FollowerStatus> Followers
    {
        get
        {
            lock (_gate)
            {
                return [.. _followers.Values.Select(static one => one.Status)];
            }
        }
    }

    /// <summary>Runs a guard until it is cancelled.</summary>
    /// <param name="ready">Hears of the guard when it watches.</param>
    /// <exception cref="GuardException">It cannot begin: what is missing.</exception>
    public static async Task RunAsync(GuardOptions options, Action<Guard> ready, CancellationToken cancellation)
    {
        if (options.TrustOf(AlertProducer.Ledger) is not { } trust)
        {
            throw new GuardException(
                "no key is trusted for the ledger _alerts, which the guard has to read: `ledger trust add VKEY`");
        }

        _ = Directory.CreateDirectory(options.State);
        using Guard guard = new(options, trust);
        using MetricsDoor? door = options.Metrics is { } address ? new MetricsDoor(address) : null;
        _ = door?.RunAsync(guard);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await guard._alerts.LoadAsync(end.Token).ConfigureAwait(false);
            guard._conditions.Restore(guard._alerts.Book.Open);
            guard._dispatcher.Restore(guard._alerts.Book);
            Task delivering = guard._dispatcher.RunAsync(end.Token);
            await guard.FollowNewAsync(end.Token).ConfigureAwait(false);
            guard._isReady = true;
            ready(guard);
            await guard.WatchOverAsync(delivering, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // That is how it ends.
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(guard._followers.Values.Select(static one => one.Task)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        foreach ((_, (_, _, Verifier verifier)) in _followers)
        {
            verifier.Dispose();
        }

        _dispatcher.Dispose();
        _alerts.Dispose();
        _alertsVerifier.Dispose();
        _order.Dispose();
    }

    private async Task WatchOverAsync(Task delivering, CancellationToken cancellation)
    {
        long listed = _options.Time.GetTimestamp();
        while (true)
        {
            await Task.Delay(s_lookEvery, _options.Time, cancellation).ConfigureAwait(false);
            foreach (Task ended in _followers.Values.Select(static one => one.Task).Append(delivering)
                .Where(static task => task.IsCompleted))
            {
                // A follower ends only by a bug or a disk that fails: a guard that watches half is none.
                await ended.ConfigureAwait(false);
            }

            if (_options.Time.GetElapsedTime(listed) >= s_listEvery)
            {
                listed = _options.Time.GetTimestamp();
                await TryFollowNewAsync(cancellation).ConfigureAwait(false);
            }

            Look();
            await WriteAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task TryFollowNewAsync(CancellationToken cancellation)
    {
        try
        {
            await FollowNewAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception away) when (away is RpcException or IOException or LedgerViolationException)
        {
            // Those that are followed say themselves that the server is away.
            _options.Say($"the list of ledgers cannot be read: {away.Message}");
        }
    }

    // Ledgers that rules name and that are not followed yet.
    private async Task FollowNewAsync(CancellationToken cancellation)
    {
        HashSet<string> listed = [];
        await foreach (LedgerInfo info in _options.Client.Catalog.ListAsync(string.Empty, cancellation)
            .ConfigureAwait(false))
        {
            _ = listed.Add(info.Ledger);
            if (_followers.ContainsKey(info.Ledger) || _options.Rules.Of(info.Ledger) is not { } about)
            {
                continue;
            }

            if (_options.TrustOf(info.Ledger) is not { } trust)
            {
                Miss(info.Ledger, isMissing: true);
                Tell(
                    Conditions.Blind, Severity.Critical, info.Ledger,
                    $"the guard does not watch {info.Ledger}: no key of it is trusted",
                    "Give the guard the key that whoever runs the store hands out: `ledger trust add VKEY`.");
                continue;
            }

            Miss(info.Ledger, isMissing: false);
            Verifier verifier = _options.Client.CreateVerifier(info.Ledger, trust);
            LedgerWatch watch = await new WatchMaker(_options, _state, _alerts)
                .MakeAsync(info, about, verifier, cancellation).ConfigureAwait(false);
            Follow(watch, verifier, cancellation);
        }

        // Whoever hides a ledger from the list does not hide it from a rule that names it.
        foreach (string name in _options.Rules.Names.Where(
            one => !listed.Contains(one) && !_followers.ContainsKey(one)))
        {
            Miss(name, isMissing: true);
            Tell(
                Conditions.Blind, Severity.Critical, name,
                $"the guard does not watch {name}: the server does not list it",
                "Create the ledger, let the guard read it, or take it out of the file of rules.");
        }
    }

    private void Miss(string ledger, bool isMissing)
    {
        lock (_gate)
        {
            _ = isMissing ? _missing.Add(ledger) : _missing.Remove(ledger);
        }
    }

    private void Follow(LedgerWatch watch, Verifier verifier, CancellationToken cancellation)
    {
        FollowerStatus status = new(watch.Ledger, _options.Time);
        LedgerFollower follower = new(
            watch, () => _options.Client.CreateReader(watch.Ledger).Verified(verifier), _state, status, _options.Time,
            FoundAsync, CaughtUpAsync);
        _options.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"watching {watch.Ledger} from entry {watch.Next} by {watch.Rules.Count} rules"));
        lock (_gate)
        {
            Task running = Task.Run(() => follower.RunAsync(cancellation), CancellationToken.None);
            _followers.Add(watch.Ledger, (running, status, verifier));
        }
    }

    // Durable first, then sent; in the order of `_alerts`, so that where a target is can be one number.
    private async Task FoundAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellation)
    {
        await _order.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ulong from = _alerts.Book.Next;
            IReadOnlyList<Alert> fresh = await _alerts.AppendAsync(alerts, cancellation).ConfigureAwait(false);
            HashSet<string> ids = [.. fresh.Select(static one => one.Id)];
            foreach ((ulong index, Alert alert) in _alerts.Book.Since(from).Where(one => ids.Contains(one.Alert.Id)))
            {
                Send(alert, index);
            }
        }
        finally
        {
            _ = _order.Release();
        }
    }

    // What fires in `_alerts` and in no watch is of a rule that is no more, or was changed.
    private async Task CaughtUpAsync(LedgerWatch watch, CancellationToken cancellation)
    {
        HashSet<string> firing = [.. watch.Episodes];
        Alert[] gone =
        [
            .. _alerts.Book.Open.Where(one => one.Ledger == watch.Ledger && !Conditions.IsOne(one.Rule)
                && !firing.Contains(one.Episode)).Select(one => one with
                {
                    Id = Alert.IdOf("rule is gone", one.Ledger, [one.Episode], AlertState.Resolved, 0, 0),
                    State = AlertState.Resolved,
                    At = Math.Max(watch.Clock, one.At),
                    Says = $"over: the rule {one.Rule} was changed or taken out; it said: {one.Says}",
                    Do = "Nothing more.",
                    RulesSha256 = _options.Rules.Sha256,
                }),
        ];
        if (gone.Length > 0)
        {
            await FoundAsync(gone, cancellation).ConfigureAwait(false);
        }
    }

    private void Look()
    {
        foreach (FollowerStatus one in Followers)
        {
            Tell(
                Conditions.Violation, Severity.Critical, one.Ledger, one.Violation,
                "Somebody changed what was signed, or signs another history: keep everything, and follow the runbook.");
            Tell(
                Conditions.Unreadable, Severity.Critical, one.Ledger, one.Unreadable,
                "What is in these entries was not watched: `ledger verify` says what is damaged.");
            Tell(
                Conditions.Blind, Severity.Critical, one.Ledger,
                one.SilentFor < BlindAfter ? null
                    : $"the guard does not see {one.Ledger}: {one.Problem ?? "the server sends nothing"}",
                "See whether the server runs, and whether the guard may still read: `ledger doctor`.");
        }

        foreach (DeliveryStatus one in _dispatcher.Statuses)
        {
            Tell(
                Conditions.Undelivered, Severity.Critical, one.Name,
                one.FailingFor is { } age && age >= UndeliveredAfter
                    ? $"alerts do not reach {one.Name}: {one.Problem}" : null,
                "Mend the target or its address in the file of rules; what waits is sent when it answers.");
        }

        if (_options.CertificateExpires is { } end)
        {
            Tell(
                Conditions.Certificate, Severity.Warning, "guard",
                end - _options.Time.GetUtcNow() < s_certificateAhead
                    ? $"the certificate of the guard expires at {end:yyyy-MM-dd}" : null,
                "Renew it (`ledger pki renew guard`) and start the guard again: without one it sees nothing.");
        }
    }

    private void Tell(string rule, Severity severity, string subject, string? says, string advice)
    {
        if (_conditions.Set(rule, severity, subject, says, advice) is { } news)
        {
            // Sent before it is durable: what is wrong may be that nothing can be made durable.
            Send(news, index: null);
            _unwritten.Add(news);
        }
    }

    private void Send(Alert alert, ulong? index)
    {
        _options.Say($"{(alert.IsFiring ? "FIRING" : "resolved")} {alert.Rule}: {alert.Says}");
        _dispatcher.Put(alert, index);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        if (_unwritten.Count == 0)
        {
            return;
        }

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_lookEvery);
        try
        {
            await _order.WaitAsync(patience.Token).ConfigureAwait(false);
            try
            {
                _ = await _alerts.AppendAsync(_unwritten, patience.Token).ConfigureAwait(false);
                _unwritten.Clear();
            }
            finally
            {
                _ = _order.Release();
            }
        }
        catch (Exception later) when (later is RpcException or LedgerViolationException
            or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // The server is away: what was sent already is written when it is back.
        }
    }
}
