// Records calls that were allowed and calls that were denied, before their answers: one by one, or summed by the
// second where a record for each would be more than the call itself, or would let anybody fill the disk.
// Any thread; Flush is called by one timer.
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Audit;

/// <summary>What is known of a call when it is recorded.</summary>
internal readonly record struct CallFacts(string Identity, string Call, string Ledger, string Peer, string RequestId)
{
    /// <summary>What a search asks for; null for other calls.</summary>
    public IReadOnlyList<string>? Clauses { get; init; }

    /// <summary>Who it was among those whom the identity stands for: a person who signed in. Null or empty for a
    /// certificate.</summary>
    public string? Person { get; init; }
}

/// <summary>The rules of what is recorded how.</summary>
internal sealed class AccessRecorder(AuditLog audit, TimeProvider time)
{
    private readonly SumBook _accesses = new(
        ServerLimits.AccessesNamed, ServerLimits.AccessesUnnamed, singlesPerSecond: 0, time);

    private readonly SumBook _denials = new(
        ServerLimits.DenialsNamed, ServerLimits.DenialsUnnamed, ServerLimits.SingleDenials, time);

    // A batch of _audit has a limit like any other.
    private const int EventsAtOnce = 1_024;

    private readonly List<Event> _unwritten = [];
    private readonly List<WaitingSum> _due = [];
    private volatile Exception? _failure;

    /// <summary>Sums that wait to be written, for metrics.</summary>
    public int WaitingSums => _accesses.Waiting + _denials.Waiting;

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
        if (_failure is { } cause)
        {
            return ValueTask.FromException(NotRecorded.Because(cause));
        }

        SumKey key = new(call.Identity, call.Call, call.Ledger, string.Empty, string.Empty)
        {
            Person = call.Person ?? string.Empty,
        };
        return _accesses.IsSingle(key) ? OpenedAsync(call, time.GetUtcNow()) : ValueTask.CompletedTask;
    }

    /// <summary>Records a denied call: the first ten of an identity or network in a second singly, the others as sums.
    /// </summary>
    public ValueTask DeniedAsync(CallFacts call, string reason)
    {
        if (audit.IsReadOnly)
        {
            return ValueTask.CompletedTask;
        }

        string text = AuditText.Of(reason, ServerLimits.ReasonLength);
        SumKey key = new(call.Identity, call.Call, call.Ledger, AuditText.PrefixOf(call.Peer), text)
        {
            Person = call.Person ?? string.Empty,
        };
        return _denials.IsSingle(key)
            ? audit.AppendAsync(new Event { Denials = DenialsOf(call, call.Peer, text, 1, time.GetUtcNow()) })
            : ValueTask.CompletedTask;
    }

    /// <summary>Counts a connection that never became one.</summary>
    public void HandshakeFailed(string peerPrefix, string reason) =>
        _denials.Count(new SumKey(string.Empty, "tls/handshake", string.Empty, peerPrefix, reason));

    /// <summary>Writes the sums for which there is room. Once a second.</summary>
    /// <returns>Why they could not be written; null when they were.</returns>
    public ValueTask<Exception?> FlushAsync() => FlushAsync(isLast: false);

    /// <summary>Writes all sums. At the end.</summary>
    public ValueTask<Exception?> FlushAllAsync() => FlushAsync(isLast: true);

    private async ValueTask<Exception?> FlushAsync(bool isLast)
    {
        if (_failure is null || isLast)
        {
            Collect(isLast);
        }

        if (audit.IsReadOnly)
        {
            _unwritten.Clear();
            return null;
        }

        try
        {
            while (_unwritten.Count > 0)
            {
                List<Event> some = _unwritten.GetRange(0, Math.Min(_unwritten.Count, EventsAtOnce));
                await audit.AppendAsync(some).ConfigureAwait(false);
                _unwritten.RemoveRange(0, some.Count);
            }

            _failure = null;
        }
        catch (Grpc.Core.RpcException cause)
        {
            // They stay, to be tried again. New ones go on being counted where they are: bounded by their keys.
            _failure = cause;
        }

        return _failure;
    }

    private void Collect(bool isLast)
    {
        foreach (WaitingSum sum in Due(_accesses, isLast))
        {
            CallFacts call = FactsOf(sum.Key);
            Access access = AccessOf(call, sum.Since);
            access.RepeatedCalls = (ulong)sum.Count;
            _unwritten.Add(new Event { Access = access });
        }

        foreach (WaitingSum sum in Due(_denials, isLast))
        {
            CallFacts call = FactsOf(sum.Key);
            _unwritten.Add(new Event
            {
                Denials = DenialsOf(call, sum.Key.Peer, sum.Key.Reason, sum.Count, sum.Since),
            });
        }
    }

    private List<WaitingSum> Due(SumBook book, bool isLast)
    {
        _due.Clear();
        if (isLast)
        {
            book.TakeAll(_due);
        }
        else
        {
            book.Take(_due);
        }

        return _due;
    }

    private static CallFacts FactsOf(in SumKey key) =>
        new(key.Identity, key.Call, key.Ledger, string.Empty, string.Empty) { Person = key.Person };

    private static Access AccessOf(CallFacts call, DateTimeOffset started) => new()
    {
        Identity = call.Identity,
        Call = call.Call,
        Ledger = call.Ledger,
        Peer = call.Peer,
        RequestId = call.RequestId,
        Since = Timestamp.FromDateTimeOffset(started),
        Clauses = { call.Clauses ?? [] },
        Person = call.Person ?? string.Empty,
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
            Person = call.Person ?? string.Empty,
        };
}
