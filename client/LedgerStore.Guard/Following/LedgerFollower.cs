// Follows one ledger with proof, gives every entry to its watch, and has what the watch finds made durable before
// anything else is read. One task; it ends when it is cancelled.

using System.Text.Json;
using Grpc.Core;
using LedgerStore.Client;

namespace LedgerStore.Guard;

/// <summary>A verified follower of a ledger.</summary>
/// <param name="found">Makes alerts durable and has them sent.</param>
internal sealed class LedgerFollower(
    LedgerWatch watch,
    Func<VerifiedReader> open,
    StateFile state,
    FollowerStatus status,
    TimeProvider time,
    Func<IReadOnlyList<Alert>, CancellationToken, Task> found,
    Func<LedgerWatch, CancellationToken, Task> caughtUp)
{
    private const string AuditLedger = "_audit";

    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(1);

    private long _saved = time.GetTimestamp();
    private long _told = time.GetTimestamp();
    private ulong _savedNext = ulong.MaxValue;
    private bool _wasCaughtUp;

    // Found, and not known to be durable: until it is, nothing is read, and no state is saved.
    private IReadOnlyList<Alert> _pending = [];

    public FollowerStatus Status => status;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await FollowAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Save(isForced: true);
                return;
            }
            catch (LedgerViolationException lie)
            {
                status.Failed(lie.Message, isViolation: true);
            }
            catch (Exception error) when (error is RpcException or IOException or HttpRequestException
                or OperationCanceledException or TimeoutException or JsonException)
            {
                status.Failed(error.Message, isViolation: false);
            }

            try
            {
                await Task.Delay(s_pause, time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Save(isForced: true);
                return;
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        await SettleAsync(cancellation).ConfigureAwait(false);
        ReadOptions options = new() { From = watch.ReadFrom, Follow = true, GiveUpAfter = TimeSpan.MaxValue };
        await foreach (LedgerEvent next in ReadAhead.RunAsync(
            open().ReadAsync(options, cancellation), RestAsync, cancellation).ConfigureAwait(false))
        {
            bool isCaughtUp = Take(next);
            _pending = watch.TakeFound();
            await SettleAsync(cancellation).ConfigureAwait(false);

            if (isCaughtUp && !_wasCaughtUp)
            {
                _wasCaughtUp = true;
                await caughtUp(watch, cancellation).ConfigureAwait(false);
            }

            // Where entries never cease, as in `_audit`, there is no word between them.
            if (next is not LedgerEntry || time.GetElapsedTime(_told) > s_tellEvery)
            {
                _told = time.GetTimestamp();
                status.Heard(watch.Next, isCaughtUp);
                Save(isForced: false);
            }
        }
    }

    // What proves an entry of `_audit` is itself recorded there: a guard that asked for each at once would be the one
    // that it watches, several times a second, for ever.
    private Task RestAsync(CancellationToken cancellation) => watch.Ledger == AuditLedger
        ? Task.Delay(GuardLimits.AuditRest, time, cancellation)
        : Task.CompletedTask;

    private async Task SettleAsync(CancellationToken cancellation)
    {
        if (_pending.Count > 0)
        {
            await found(_pending, cancellation).ConfigureAwait(false);
            _pending = [];
        }
    }

    private bool Take(LedgerEvent next)
    {
        switch (next)
        {
            case LedgerEntry entry:
                watch.Take(entry);
                return false;
            case ExpiredRange gone:
                watch.Skip(gone.FirstIndex + gone.Count);
                return false;
            case UnreadableRange away:
                status.CannotRead(
                    $"entries {away.FirstIndex} to {away.FirstIndex + away.Count - 1} cannot be read: {away.Reason}");
                watch.Skip(away.FirstIndex + away.Count);
                return false;
            case CaughtUp:
                return true;
            case Heartbeat beat when watch.Next >= beat.Size:
                // A server whose clock is ahead of ours may not end what ours has not seen.
                DateTimeOffset now = time.GetUtcNow();
                watch.Pass(Micros.Of((beat.Time < now ? beat.Time : now) - GuardLimits.Grace));
                return true;
            default:
                return false;
        }
    }

    private void Save(bool isForced)
    {
        if (_pending.Count > 0 || (!isForced && time.GetElapsedTime(_saved) < s_saveEvery))
        {
            return;
        }

        _saved = time.GetTimestamp();
        LedgerState now = watch.Save();
        if (_savedNext != now.Next || isForced)
        {
            _savedNext = now.Next;
            state.Save(now);
        }
    }
}
