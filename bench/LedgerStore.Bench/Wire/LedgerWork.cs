// What clients of the whole server do beside appending. Each method runs until its time is over.
using System.Diagnostics;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Bench.Wire;

internal static class LedgerWork
{
    private const ulong RecordsEach = 500_000;

    /// <summary>Reads the ledger from its beginning, again and again.</summary>
    internal static async Task<WireFigure> ReadAsync(RpcChannel channel, TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long records = 0;
        while (watch.Elapsed < time)
        {
            using ServerStreamCall<ReadResponse> call = channel.ServerStream(
                LedgerMethods.Read, new ReadRequest { Ledger = "demo", Limit = RecordsEach }, default);
            while (await call.RawResponses.ReadAsync())
            {
                if (EntriesMessage.TryParse(call.RawResponses.Current, out EntriesMessage entries))
                {
                    records += entries.Count;
                }
            }
        }

        return new WireFigure(records, watch.Elapsed.TotalSeconds, 0, 0);
    }

    /// <summary>Inclusion proofs of random entries.</summary>
    internal static async Task<WireFigure> ProveAsync(RpcChannel channel, int clients, TimeSpan time)
    {
        Checkpoint checkpoint = await channel.UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" });
        Stopwatch watch = Stopwatch.StartNew();
        long[] counts = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            Random random = new(client);
            long count = 0;
            while (watch.Elapsed < time)
            {
                await channel.UnaryAsync(LedgerMethods.GetInclusionProof, new GetInclusionProofRequest
                {
                    Ledger = "demo",
                    Index = (ulong)random.NextInt64((long)checkpoint.Size),
                    Size = checkpoint.Size,
                });
                count++;
            }

            return count;
        })));
        return new WireFigure(counts.Sum(), watch.Elapsed.TotalSeconds, 0, 0);
    }
}
