// What clients of the whole server do beside appending. Each method runs until its time is over.
using System.Diagnostics;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Bench.Wire;

internal static class LedgerWork
{
    /// <summary>Entries in place, as the client library reads them.</summary>
    internal static readonly Method<ReadRequest, ReceivedMessage> Read = new(
        LedgerMethods.Read.Type,
        LedgerMethods.Read.ServiceName,
        LedgerMethods.Read.Name,
        LedgerMethods.Read.RequestMarshaller,
        ReceivedMessage.Marshaller);

    private const ulong RecordsEach = 500_000;

    /// <summary>Reads the ledger from its beginning, again and again.</summary>
    internal static async Task<WireFigure> ReadAsync(LedgerChannel channel, TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long records = 0;
        while (watch.Elapsed < time)
        {
            using ResponseStream<ReceivedMessage> call = channel.ServerStream(
                Read, new ReadRequest { Ledger = "demo", Limit = RecordsEach }, default);
            while (await call.ReadAsync())
            {
                using ReceivedMessage message = call.Current;
                if (EntriesMessage.TryParse(message.Bytes, out EntriesMessage entries))
                {
                    records += entries.Count;
                }
            }
        }

        return new WireFigure(records, watch.Elapsed.TotalSeconds, 0, 0);
    }

    /// <summary>Inclusion proofs of random entries.</summary>
    internal static async Task<WireFigure> ProveAsync(LedgerChannel channel, int clients, TimeSpan time)
    {
        Checkpoint checkpoint = await channel.UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" }, default);
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
                }, default);
                count++;
            }

            return count;
        })));
        return new WireFigure(counts.Sum(), watch.Elapsed.TotalSeconds, 0, 0);
    }
}
