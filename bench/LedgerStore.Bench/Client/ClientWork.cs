// What the users of the library do in the measurement. Each method runs until its time is over, or its work is done.
using System.Diagnostics;
using System.Text;
using LedgerStore.Bench.Wire;
using LedgerStore.Client;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Bench.Client;

internal static class ClientWork
{
    internal const int RecordBytes = 256;

    private const int ImportBatch = 1024;

    /// <summary>An audit record of 256 bytes, different for each number.</summary>
    internal static byte[] Record(long number)
    {
        string text = $"{{\"time\":{1_700_000_000_000 + number},\"user\":\"user-{number % 997}\",\"action\":\"update\","
            + $"\"resource\":\"/accounts/{number % 65_537}/orders/{number}\",\"status\":200,\"request\":\"";
        return Encoding.UTF8.GetBytes(text.PadRight(RecordBytes - 2, (char)('a' + (number % 26))) + "\"}");
    }

    /// <summary>Callers that each wait for their records before they append the next ones.</summary>
    internal static async Task<double> CallersAsync(Appender appender, int callers, int outstanding, TimeSpan time)
    {
        byte[][] records = [.. Enumerable.Range(0, 256).Select(i => Record(i))];
        Stopwatch watch = Stopwatch.StartNew();
        long[] counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            long count = 0;
            Task<Appended>[] calls = new Task<Appended>[outstanding];
            while (watch.Elapsed < time)
            {
                for (int i = 0; i < outstanding; i++)
                {
                    calls[i] = appender.AppendAsync(records[(caller + i) % records.Length]).AsTask();
                }

                for (int i = 0; i < outstanding; i++)
                {
                    await calls[i];
                }

                count += outstanding;
            }

            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>The median of one caller's appends, in milliseconds.</summary>
    internal static async Task<double> OneCallerAsync(Appender appender, TimeSpan time)
    {
        byte[] record = Record(1);
        List<double> millis = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            long start = Stopwatch.GetTimestamp();
            await appender.AppendAsync(record);
            millis.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Median(millis);
    }

    /// <summary>The same by the raw stream, without the library.</summary>
    internal static async Task<double> RawAsync(LedgerChannel channel, TimeSpan time)
    {
        byte[] record = Record(1);
        RawAppend append = new() { Lengths = [record.Length], Payload = record };
        List<double> millis = [];
        using DuplexStream<WireMessage, ReceivedMessage> call = channel.Duplex(RawAppend.Method, default);
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            long start = Stopwatch.GetTimestamp();
            await call.WriteAsync(append);
            await call.Responses.ReadAsync();
            call.Responses.Current.Dispose();
            millis.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        await call.CompleteAsync();
        return Median(millis);
    }

    /// <summary>Lines of a file, in batches, without waiting for each.</summary>
    internal static async Task<double> ImportAsync(Appender appender, string file, int lines)
    {
        Stopwatch watch = Stopwatch.StartNew();
        byte[] batch = new byte[ImportBatch * (RecordBytes + 1)];
        int[] lengths = new int[ImportBatch];
        int rest = 0;
        await using FileStream stream = new(
            file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: false);
        while (true)
        {
            int read = stream.Read(batch, rest, batch.Length - rest);
            int end = rest + read;
            if (read == 0)
            {
                break;
            }

            (int used, int count, int payload) = Split(batch.AsSpan(0, end), lengths);
            await appender.PostBatchAsync(batch.AsMemory(0, payload), lengths.AsMemory(0, count));
            batch.AsSpan(used, end - used).CopyTo(batch);
            rest = end - used;
        }

        await appender.FlushAsync();
        return lines / watch.Elapsed.TotalSeconds;
    }

    internal static async Task<double> ReadAsync(IAsyncEnumerable<LedgerEvent> events)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long entries = 0;
        await foreach (LedgerEvent next in events)
        {
            entries += next is LedgerEntry ? 1 : 0;
        }

        return entries / watch.Elapsed.TotalSeconds;
    }

    // Takes the line ends out in place: records lie one after the other then.
    private static (int Used, int Count, int Payload) Split(Span<byte> text, int[] lengths)
    {
        int used = 0, count = 0, payload = 0;
        while (count < lengths.Length)
        {
            int length = text[used..].IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            text.Slice(used, length).CopyTo(text[payload..]);
            payload += length;
            used += length + 1;
            lengths[count++] = length;
        }

        return (used, count, payload);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
