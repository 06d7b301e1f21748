// Ledgers of whole segments of JSON audit records, for the suite of tiers. Stateless.
using LedgerStore.Bench.Load;
using LedgerStore.Engine;

namespace LedgerStore.Bench.Engine;

/// <summary>Fills ledgers and weighs them.</summary>
internal static class TierLedgers
{
    private const int RecordBytes = 256;
    private const int Batch = 1_024;
    private const int SegmentEntries = 65_536;

    public static async Task FillAsync(Ledger ledger, int segments)
    {
        RecordPool pool = new(RecordBytes, Batch);
        Queue<Task> outstanding = new();
        for (int i = 0; i < segments * SegmentEntries / Batch; i++)
        {
            outstanding.Enqueue(ledger.AppendAsync(new RecordBatch
            {
                Appender = "spiffe://example.org/docs"u8,
                ContentType = "application/json"u8,
                Lengths = pool.Lengths,
                Payload = pool.Batch(i),
            }).AsTask());
            if (outstanding.Count == 16)
            {
                await outstanding.Dequeue().ConfigureAwait(false);
            }
        }

        await Task.WhenAll(outstanding).ConfigureAwait(false);
        await ledger.WaitForAsync(ledger.Size).ConfigureAwait(false);
    }

    /// <summary>Bytes of a tier's files.</summary>
    public static long BytesOf(Ledger ledger, string tier) =>
        ledger.Describe().Tiers.Where(share => share.Tier == tier).Sum(static share => share.StoredBytes);
}
