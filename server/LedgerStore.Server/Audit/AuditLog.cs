// The way into the ledger _audit: events become entries, and whoever hands one in goes on only when it is durable.
// Any thread. Fail-closed: what cannot be recorded is not served.
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Server.Audit;

/// <summary>Appends events to <c>_audit</c>.</summary>
/// <param name="ledger">Null in a store that is read only and never had one.</param>
internal sealed class AuditLog(Ledger? ledger, bool isReadOnly)
{
    public const string LedgerName = "_audit";

    private long _written;

    /// <summary>Events that were made durable, for metrics.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Nothing can be recorded: what must be is not served, what is only summed up is served.</summary>
    public bool IsReadOnly => isReadOnly;

    /// <summary>The ledger itself, to be read like any other.</summary>
    public Ledger Ledger => ledger ?? throw NotRecorded.ReadOnly();

    /// <summary>Opens the ledger, which a new store does not have yet.</summary>
    public static AuditLog Open(Store store) => store.IsReadOnly
        ? new AuditLog(store.TryGetLedger(LedgerName, out Ledger? found) ? found : null, isReadOnly: true)
        : new AuditLog(store.GetOrCreateLedger(LedgerName), isReadOnly: false);

    /// <summary>Ends when the event is durable.</summary>
    /// <exception cref="Grpc.Core.RpcException">UNAVAILABLE: perhaps the event is not stored.</exception>
    public ValueTask AppendAsync(Event change)
    {
        byte[] record = change.ToByteArray();
        return AppendAsync([record.Length], record);
    }

    /// <summary>The same for several events, in one batch.</summary>
    public ValueTask AppendAsync(IReadOnlyList<Event> changes)
    {
        if (changes.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        byte[][] records = [.. changes.Select(change => change.ToByteArray())];
        return AppendAsync([.. records.Select(record => record.Length)], [.. records.SelectMany(record => record)]);
    }

    private async ValueTask AppendAsync(int[] lengths, byte[] payload)
    {
        if (isReadOnly)
        {
            throw NotRecorded.ReadOnly();
        }

        try
        {
            // Not cancellable: an access that was announced is recorded, whether or not its caller still waits.
            await Append(lengths, payload).ConfigureAwait(false);
            Interlocked.Add(ref _written, lengths.Length);
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            throw NotRecorded.Because(cause);
        }
    }

    private ValueTask<AppendResult> Append(int[] lengths, byte[] payload) => Ledger.AppendAsync(
        new RecordBatch
        {
            Appender = "ledgerstore"u8,
            ContentType = "application/x-ledgerstore-event"u8,
            Lengths = lengths,
            Payload = payload,
        });
}
