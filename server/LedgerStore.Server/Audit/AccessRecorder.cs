// Records calls that were allowed and calls that were denied, before their answers: one by one, or summed by the
// second where a record for each would be more than the call itself, or would let anybody fill the disk.
// Any thread; Flush is called by one timer.
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Server.Audit;

/// <summary>What is known of a call when it is recorded.</summary>
internal readonly record struct CallFacts(string Identity, string Call, string Ledger, string Peer, string RequestId);

/// <summary>The rules of what is recorded how.</summary>
internal sealed class AccessRecorder(AuditLog audit, TimeProvider time)
{
    /// <summary>Denials of one identity in a second that are recorded one by one.</summary>
    public const int SingleDenials = 10;

    /// <summary>Different denials, or different verify calls, of one second that are told apart.</summary>
    public const int KeysMax = 1_000;

    private readonly Tally accesses = new(KeysMax);
    private readonly Tally denials = new(KeysMax);
    private readonly Tally singles = new(KeysMax);
    private readonly List<Event> unwritten = [];
    private DateTimeOffset since = time.GetUtcNow();
    private volatile Exception? failure;

    /// <summary>Records a call by itself. Ends when that is durable.</summary>
    public ValueTask OpenedAsync(CallFacts call, DateTimeOffset started) =>
        audit.AppendAsync(new Event { Access = AccessOf(call, started) });

    /// <summary>Records what a call has delivered so far; with its status, if it has ended.</summary>
    public ValueTask DeliveredAsync(
        CallFacts call, DateTimeOffset started, long firstIndex, long count, string status)
    {
        Access access = AccessOf(call, started);
        access.FirstIndex = (ulong)firstIndex;
        access.Count = (ulong)count;
        access.Status = status;
        return audit.AppendAsync(new Event { Access = access });
    }

    /// <summary>Records the first call of a kind in a second, and counts those that follow.</summary>
    public ValueTask SummedAsync(CallFacts call)
    {
        if (audit.IsReadOnly)
        {
            // What verifies shows no entry: it is served where nothing can be recorded.
            return ValueTask.CompletedTask;
        }

        // Sums of the last second that could not be written: from here on nothing more is let through.
        if (failure is { } cause)
        {
            return ValueTask.FromException(Rights.Refusals.AuditFailed(cause));
        }

        TallyKey key = new(call.Identity, call.Call, call.Ledger, string.Empty, string.Empty);
        return accesses.Add(key) == 1 ? OpenedAsync(call, time.GetUtcNow()) : ValueTask.CompletedTask;
    }

    /// <summary>Records a denied call: the first ten of an identity in a second singly, the others as sums.</summary>
    public ValueTask DeniedAsync(CallFacts call, string reason)
    {
        if (audit.IsReadOnly)
        {
            return ValueTask.CompletedTask;
        }

        TallyKey own = new(call.Identity, string.Empty, string.Empty, string.Empty, string.Empty);
        if (singles.Add(own) is > 0 and <= SingleDenials)
        {
            return audit.AppendAsync(new Event { Denials = DenialsOf(call, call.Peer, reason, 1, time.GetUtcNow()) });
        }

        denials.Add(new TallyKey(call.Identity, call.Call, call.Ledger, AuditText.PrefixOf(call.Peer), reason));
        return ValueTask.CompletedTask;
    }

    /// <summary>Counts a connection that never became one.</summary>
    public void HandshakeFailed(string peerPrefix, string reason) =>
        denials.Add(new TallyKey(string.Empty, "tls/handshake", string.Empty, peerPrefix, reason));

    /// <summary>Writes the sums of the second that has passed. Once a second, and at the end.</summary>
    /// <returns>Why they could not be written; null when they were.</returns>
    public async ValueTask<Exception?> FlushAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        singles.Take();
        if (failure is null)
        {
            Collect();
        }

        if (audit.IsReadOnly)
        {
            unwritten.Clear();
            return null;
        }

        since = now;
        try
        {
            await audit.AppendAsync(unwritten).ConfigureAwait(false);
            unwritten.Clear();
            failure = null;
        }
        catch (Protocol.Grpc.RpcException cause)
        {
            // They stay, to be tried again. New ones go on being counted where they are: bounded by their keys.
            failure = cause;
        }

        return failure;
    }

    private void Collect()
    {
        foreach (TallySum sum in accesses.Take())
        {
            // The first of each key has a record of its own.
            long repeated = sum.Key == TallyKey.Other ? sum.Count : sum.Count - 1;
            if (repeated == 0)
            {
                continue;
            }

            CallFacts call = new(sum.Key.Identity, sum.Key.Call, sum.Key.Ledger, string.Empty, string.Empty);
            Access access = AccessOf(call, since);
            access.RepeatedCalls = (ulong)repeated;
            unwritten.Add(new Event { Access = access });
        }

        foreach (TallySum sum in denials.Take())
        {
            CallFacts call = new(sum.Key.Identity, sum.Key.Call, sum.Key.Ledger, string.Empty, string.Empty);
            unwritten.Add(new Event
            {
                Denials = DenialsOf(call, sum.Key.Peer, sum.Key.Reason, sum.Count, since),
            });
        }
    }

    private static Access AccessOf(CallFacts call, DateTimeOffset started) => new()
    {
        Identity = call.Identity,
        Call = call.Call,
        Ledger = call.Ledger,
        Peer = call.Peer,
        RequestId = call.RequestId,
        Since = Timestamp.FromDateTimeOffset(started),
    };

    private static Denials DenialsOf(
        CallFacts call, string peer, string reason, long count, DateTimeOffset started) => new()
        {
            Identity = call.Identity,
            Call = call.Call,
            Ledger = call.Ledger,
            Peer = peer,
            Reason = reason,
            Count = (ulong)count,
            Since = Timestamp.FromDateTimeOffset(started),
        };
}
