// One call that passed the door: who makes it, what its endpoint asks for, and the only way from a ledger's name to the
// ledger. Nothing is served that did not go through AllowAsync. Owned by its call, one thread at a time.
using System.Collections.Immutable;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server.Rights;

/// <summary>What a handler may do on behalf of its caller.</summary>
internal sealed class CallAccess(CallServices services, CallFacts facts, CallerIdentity caller, CallRule rule)
{
    private readonly DateTimeOffset _started = services.Time.GetUtcNow();
    private CallFacts _facts = facts;

    // The ledgers this call was let through to, asked again by the timer when the policy changes: what it sees is
    // swapped, never changed. Nearly every call names one only.
    private string? _firstLedger;
    private ImmutableHashSet<string> _otherLedgers = [];
    private ImmutableHashSet<QuotaMeter> _openStreams = [];
    private bool _isRecorded;
    private bool _isStoreWide;
    private long _recordedAt = services.Time.GetTimestamp();

    public CallerIdentity Caller => caller;

    public CallRule Rule => rule;

    /// <summary>What the connection knows of the caller; it outlives the call, so it may be asked by others.</summary>
    public required ConnectionCaller Connection { get; init; }

    public CallServices Services => services;

    /// <summary>How a stream is ended from outside; null of unary calls, which end by themselves.</summary>
    public CallEnd? End { get; init; }

    /// <summary>The first entry that was delivered, and how many were. The timer looks at them from outside, and may
    /// see one slice less.</summary>
    public long FirstIndex { get; private set; }

    public long Delivered { get; private set; }

    /// <summary>The access of a call that CallGuard has let in. Others have none, and do not get further.</summary>
    public static CallAccess Of(ServerCallContext call) =>
        call.GetHttpContext().Features.GetRequiredFeature<CallAccess>();

    /// <summary>Has what is asked for recorded with the call.</summary>
    public void Describe(IReadOnlyList<string> clauses) => _facts = _facts with { Clauses = clauses };

    /// <summary>Lets the call through to a ledger, or records the denial and throws.</summary>
    public async ValueTask<Ledger> AllowAsync(string ledger)
    {
        await AllowNameAsync(ledger).ConfigureAwait(false);
        return Find(ledger);
    }

    /// <summary>Decides by the name alone, for calls about a ledger that need not exist.</summary>
    public async ValueTask AllowNameAsync(string ledger)
    {
        Decision decision = Decide(services.Policy.Current.Policy, ledger);
        _facts = _facts with { Ledger = AuditText.Of(ledger) };
        if (!decision.Allowed)
        {
            throw await DeniedAsync(decision.Reason).ConfigureAwait(false);
        }

        if (SignInMissing(decision) is { } refusal)
        {
            await services.Recorder.DeniedAsync(_facts, refusal.Status.Detail).ConfigureAwait(false);
            throw refusal;
        }

        NoteLedger(ledger);
        await RecordOpenAsync().ConfigureAwait(false);
    }

    /// <summary>The meter of a ledger that this call was let through to.</summary>
    public QuotaMeter MeterOf(string ledger)
    {
        PolicyGeneration policy = services.Policy.Current;
        Decision decision = Decide(policy.Policy, ledger);
        return decision.Allowed ? policy.Meters[decision] : throw Refusals.Denied(rule);
    }

    /// <summary>A call about the store as a whole.</summary>
    public async ValueTask AllowStoreAsync()
    {
        Decision decision = services.Policy.Current.Policy.DecideStoreWide(caller.Name, rule.Capability);
        if (!decision.Allowed || SignInMissing(decision) is not null)
        {
            throw await DeniedAsync(decision.Reason).ConfigureAwait(false);
        }

        _isStoreWide = true;
        await RecordOpenAsync().ConfigureAwait(false);
    }

    /// <summary>Any capability on the ledger is enough; without one the ledger does not exist for the caller.</summary>
    public async ValueTask<CapabilitySet> AllowAnyAsync(string ledger)
    {
        CapabilitySet granted = services.Policy.Current.Policy.CapabilitiesOn(caller.Name, ledger);
        _facts = _facts with { Ledger = AuditText.Of(ledger) };
        if (granted.IsEmpty)
        {
            string reason = $"no binding gives {caller.Name} anything on this ledger";
            throw await DeniedAsync(reason).ConfigureAwait(false);
        }

        NoteLedger(ledger);
        await RecordOpenAsync().ConfigureAwait(false);
        return granted;
    }

    /// <summary>Records a call that is about no ledger in particular, such as a list of those one may see.</summary>
    public ValueTask RecordOpenAsync()
    {
        switch (rule.Record)
        {
            case CallRecord.Each when !_isRecorded:
                _isRecorded = true;
                return services.Recorder.OpenedAsync(_facts, _started);
            case CallRecord.Summed:
                return services.Recorder.SummedAsync(_facts);
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Counts a stream against a quota, until the call ends: once for each quota that it uses.</summary>
    public void OpenStream(QuotaMeter meter)
    {
        if (_openStreams.Contains(meter))
        {
            return;
        }

        QuotaVerdict verdict = meter.OpenStream();
        if (!verdict.Allowed)
        {
            throw Refusals.OverQuota(verdict, meter.Quota.Streams ?? 0, services.Time.TimestampFrequency);
        }

        _openStreams = _openStreams.Add(meter);
    }

    /// <summary>Notes what a stream has delivered.</summary>
    public void NoteDelivered(long firstIndex, int count)
    {
        FirstIndex = Delivered == 0 ? firstIndex : FirstIndex;
        Delivered += count;
    }

    /// <summary>Records how far a stream has come, if it is time again. On the server's timer.</summary>
    public async ValueTask RecordProgressAsync()
    {
        if (_isRecorded && services.Time.GetElapsedTime(_recordedAt) >= services.RecordInterval)
        {
            _recordedAt = services.Time.GetTimestamp();
            await services.Recorder.DeliveredAsync(_facts, _started, FirstIndex, Delivered, string.Empty)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Records how the call ended, before its client learns of it.</summary>
    public ValueTask EndAsync(string status)
    {
        foreach (QuotaMeter meter in _openStreams)
        {
            meter.CloseStream();
        }

        _openStreams = [];
        return _isRecorded
            ? services.Recorder.DeliveredAsync(_facts, _started, FirstIndex, Delivered, status)
            : ValueTask.CompletedTask;
    }

    /// <summary>Why the policy in force does not let the call do any more what it was let through to; null: it does.
    /// </summary>
    public RpcException? WhyNotAnyMore()
    {
        CompiledPolicy policy = services.Policy.Current.Policy;
        return rule.Scope switch
        {
            CallScope.Store => WhyNot(policy.DecideStoreWide(caller.Name, rule.Capability)),
            CallScope.Ledger when _isStoreWide => WhyNot(policy.DecideStoreWide(caller.Name, rule.Capability)),
            CallScope.Ledger when _firstLedger is { } first => WhyNot(Decide(policy, first))
                ?? _otherLedgers.Select(other => WhyNot(Decide(policy, other))).FirstOrDefault(why => why is not null),
            _ => null,
        };
    }

    private RpcException? WhyNot(Decision decision) =>
        decision.Allowed ? SignInMissing(decision) : Refusals.Denied(rule);

    // A certificate has no sign-in, and no rule that demands one counts for it: the policy's reader refuses such a
    // rule.
    private RpcException? SignInMissing(Decision decision) => decision.SignIn is not { } demand ? null
        : caller.SignIn is not { } signIn ? Refusals.Denied(rule)
        : demand.Missing(signIn.Facts, services.Time.GetUtcNow()) is { } missing
            ? Refusals.SignInAgain(rule, missing, demand)
            : null;

    /// <summary>Who may read a ledger may verify what is stated about its index: an answer is proven by it.</summary>
    private Decision Decide(CompiledPolicy policy, string ledger)
    {
        Decision own = policy.Decide(caller.Name, rule.Capability, ledger);
        return !own.Allowed && rule.Capability == Capability.Verify && services.Store.IndexedBy(ledger) is { } indexed
            ? policy.Decide(caller.Name, Capability.Read, indexed)
            : own;
    }

    private void NoteLedger(string ledger)
    {
        if (_firstLedger is null)
        {
            _firstLedger = ledger;
        }
        else if (!string.Equals(_firstLedger, ledger, StringComparison.Ordinal))
        {
            _otherLedgers = _otherLedgers.Add(ledger);
        }
    }

    private Ledger Find(string ledger) => services.Store.TryGetLedger(ledger, out Ledger? found)
        ? found
        : throw RpcException.Because(StatusCode.NotFound, "LEDGER_NOT_FOUND", $"there is no ledger {ledger}");

    private async ValueTask<RpcException> DeniedAsync(string reason)
    {
        await services.Recorder.DeniedAsync(_facts, reason).ConfigureAwait(false);
        return Refusals.Denied(rule);
    }
}
