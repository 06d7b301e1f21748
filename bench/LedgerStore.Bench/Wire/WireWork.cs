// What the clients of the measurement do. Each method runs until its time is over and returns what it counted.
// Clients and server share the processor, as they do in the figures of the whole store.
using System.Diagnostics;
using Google.Protobuf;
using LedgerStore.Bench.Load;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Bench.Wire;

/// <param name="Count">Calls, records, or bytes.</param>
/// <param name="MedianMicros">Of single calls; 0 for streams.</param>
/// <param name="AllocatedBytes">By this process, for each call or record.</param>
internal readonly record struct WireFigure(long Count, double Seconds, double MedianMicros, double AllocatedBytes)
{
    public double PerSecond => Count / Seconds;
}

internal static class WireWork
{
    internal const int RecordBytes = 256;
    internal const int Batch = 64;
    internal const int BundleBytes = 256 * 1024;

    // Requests under way on one stream: enough to never wait, few enough to stay within the stream window.
    private const int InFlightMax = 32;

    // Records as applications write them: bytes that repeat would compress for nothing.
    private static readonly RecordPool s_records = new(RecordBytes, Batch);

    internal static async Task<WireFigure> UnaryAsync(LedgerChannel channel, int clients, TimeSpan time)
    {
        ByteString payload = ByteString.CopyFrom(s_records.Batch(0)[..RecordBytes]);
        AppendRequest request = new() { Ledger = "demo", Payload = payload };
        request.Lengths.Add(RecordBytes);
        long allocated = GC.GetTotalAllocatedBytes();
        Stopwatch watch = Stopwatch.StartNew();
        List<double>[] times = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            List<double> micros = [];
            while (watch.Elapsed < time)
            {
                long start = Stopwatch.GetTimestamp();
                await channel.UnaryAsync(LedgerMethods.Append, request, default);
                micros.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            return micros;
        })));
        double seconds = watch.Elapsed.TotalSeconds;
        double[] all = [.. times.SelectMany(each => each).Order()];
        double perCall = (GC.GetTotalAllocatedBytes() - allocated) / (double)all.Length;
        return new WireFigure(all.Length, seconds, all[all.Length / 2], perCall);
    }

    internal static async Task<WireFigure> AppendAsync(LedgerChannel channel, int streams, TimeSpan time)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        Stopwatch watch = Stopwatch.StartNew();
        long[] counts = await Task.WhenAll(Enumerable.Range(0, streams).Select(
            _ => Task.Run(() => AppendOneStreamAsync(channel, watch, time))));
        double seconds = watch.Elapsed.TotalSeconds;
        long records = counts.Sum();
        return new WireFigure(records, seconds, 0, (GC.GetTotalAllocatedBytes() - allocated) / (double)records);
    }

    internal static async Task<WireFigure> ReadAsync(LedgerChannel channel, TimeSpan time)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        Stopwatch watch = Stopwatch.StartNew();
        long bytes = 0;
        long records = 0;
        while (watch.Elapsed < time)
        {
            using ResponseStream<ReceivedMessage> call = channel.ServerStream(
                LedgerWork.Read, new ReadRequest { Ledger = "demo", Limit = 400 }, default);
            while (await call.ReadAsync())
            {
                using ReceivedMessage message = call.Current;
                if (EntriesMessage.TryParse(message.Bytes, out EntriesMessage entries))
                {
                    bytes += entries.Bundle.Length;
                    records += entries.Count;
                }
            }
        }

        double perRecord = (GC.GetTotalAllocatedBytes() - allocated) / (double)records;
        return new WireFigure(bytes / 1_000_000, watch.Elapsed.TotalSeconds, 0, perRecord);
    }

    private static async Task<long> AppendOneStreamAsync(LedgerChannel channel, Stopwatch watch, TimeSpan time)
    {
        long number = 0;
        RawAppend append = new() { Lengths = s_records.Lengths.ToArray() };
        using DuplexStream<WireMessage, ReceivedMessage> call = channel.Duplex(RawAppend.Method, default);
        using SemaphoreSlim room = new(InFlightMax);
        Task<long> answers = CountAnswersAsync(call, room);
        while (watch.Elapsed < time)
        {
            await room.WaitAsync();
            append.Payload = s_records.BatchMemory(number++);
            await call.WriteAsync(append);
        }

        await call.CompleteAsync();
        return await answers;
    }

    private static async Task<long> CountAnswersAsync(
        DuplexStream<WireMessage, ReceivedMessage> call, SemaphoreSlim room)
    {
        long records = 0;
        while (await call.Responses.ReadAsync())
        {
            using ReceivedMessage message = call.Responses.Current;
            records += AppendAnswer.Parse(message.Bytes).Count;
            room.Release();
        }

        return records;
    }
}
