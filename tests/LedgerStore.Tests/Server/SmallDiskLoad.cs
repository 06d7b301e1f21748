// Writers of several ledgers, who keep their own list of what was acknowledged, and what they were told otherwise.
// Started and ended by the test; the lists are for any thread.
using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

internal sealed class SmallDiskLoad(IReadOnlyList<string> ledgers)
{
    private const int Records = 32;
    private const int RecordBytes = 4_000;

    // By ledger and first index: the number from which the records were made.
    private readonly ConcurrentDictionary<(string Ledger, ulong First), int> acknowledged = new();
    private readonly CancellationTokenSource end = new();
    private readonly List<Task> writers = [];
    private int number;
    private long refused;
    private long lastAcknowledged;
    private RpcException? refusal;

    internal long Acknowledged => acknowledged.Count;

    internal long Refused => Interlocked.Read(ref refused);

    /// <summary>The last refusal.</summary>
    internal RpcException? Refusal => Volatile.Read(ref refusal);

    internal TimeSpan SinceAcknowledged => TimeSpan.FromMilliseconds(
        Environment.TickCount64 - Interlocked.Read(ref lastAcknowledged));

    internal void Start(LedgerClient client, int writersOfEach)
    {
        foreach (string ledger in ledgers)
        {
            for (int i = 0; i < writersOfEach; i++)
            {
                writers.Add(Task.Run(() => WriteAsync(client, ledger)));
            }
        }
    }

    internal async Task StopAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(writers);
    }

    /// <summary>Everything that was acknowledged is there, to the byte.</summary>
    internal async Task CheckAsync(LedgerClient reading)
    {
        foreach (string ledger in ledgers)
        {
            ulong next = 0;
            byte[] expected = [];
            int at = Records;
            await foreach (LedgerEntry entry in reading.CreateReader(ledger).ReadEntriesAsync(new ReadOptions()))
            {
                Assert.Equal(next++, entry.Index);
                if (acknowledged.TryGetValue((ledger, entry.Index), out int made))
                {
                    expected = Payload(made);
                    at = 0;
                }

                if (at < Records)
                {
                    Assert.True(entry.Payload.SequenceEqual(expected.AsSpan(at++ * RecordBytes, RecordBytes)));
                }
            }

            foreach ((string name, ulong first) in acknowledged.Keys)
            {
                Assert.True(name != ledger || first + Records <= next, $"{name} ends at {next}, not behind {first}");
            }
        }
    }

    private async Task WriteAsync(LedgerClient client, string ledger)
    {
        AppendRequest request = new() { Ledger = ledger };
        request.Lengths.AddRange(Enumerable.Repeat((uint)RecordBytes, Records));
        while (!end.IsCancellationRequested)
        {
            int made = Interlocked.Increment(ref number);
            request.Payload = Google.Protobuf.ByteString.CopyFrom(Payload(made));
            try
            {
                AppendResponse answer = await client.AppendOnceAsync(request, CancellationToken.None);
                acknowledged[(ledger, answer.FirstIndex)] = made;
                Interlocked.Exchange(ref lastAcknowledged, Environment.TickCount64);
            }
            catch (RpcException failed) when (failed.Code is StatusCode.ResourceExhausted)
            {
                Volatile.Write(ref refusal, failed);
                Interlocked.Increment(ref refused);
                await Task.Delay(50);
            }
            catch (RpcException gone) when (gone.Code is StatusCode.Unavailable or StatusCode.Cancelled
                or StatusCode.Internal)
            {
                // Killed: what it had been told stays in the list.
                return;
            }
        }
    }

    /// <summary>Bytes that do not compress.</summary>
    private static byte[] Payload(int made)
    {
        byte[] bytes = new byte[Records * RecordBytes];
        new Random(made).NextBytes(bytes);
        Assert.True(int.CreateChecked(made) > 0, made.ToString(CultureInfo.InvariantCulture));
        return bytes;
    }
}
