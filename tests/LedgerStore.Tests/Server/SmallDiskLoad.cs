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
    private readonly ConcurrentDictionary<(string Ledger, ulong First), int> _acknowledged = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _writers = [];
    private int _number;
    private long _refused;
    private long _lastAcknowledged;
    private RpcException? _refusal;

    internal long Acknowledged => _acknowledged.Count;

    internal long Refused => Interlocked.Read(ref _refused);

    /// <summary>The last refusal.</summary>
    internal RpcException? Refusal => Volatile.Read(ref _refusal);

    internal TimeSpan SinceAcknowledged => TimeSpan.FromMilliseconds(
        Environment.TickCount64 - Interlocked.Read(ref _lastAcknowledged));

    internal void Start(LedgerClient client, int writersOfEach)
    {
        foreach (string ledger in ledgers)
        {
            for (int i = 0; i < writersOfEach; i++)
            {
                _writers.Add(Task.Run(() => WriteAsync(client, ledger)));
            }
        }
    }

    internal async Task StopAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_writers);
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
                if (_acknowledged.TryGetValue((ledger, entry.Index), out int made))
                {
                    expected = Payload(made);
                    at = 0;
                }

                if (at < Records)
                {
                    Assert.True(entry.Payload.SequenceEqual(expected.AsSpan(at++ * RecordBytes, RecordBytes)));
                }
            }

            foreach ((string name, ulong first) in _acknowledged.Keys)
            {
                Assert.True(name != ledger || first + Records <= next, $"{name} ends at {next}, not behind {first}");
            }
        }
    }

    private async Task WriteAsync(LedgerClient client, string ledger)
    {
        AppendRequest request = new() { Ledger = ledger };
        request.Lengths.AddRange(Enumerable.Repeat((uint)RecordBytes, Records));
        while (!_end.IsCancellationRequested)
        {
            int made = Interlocked.Increment(ref _number);
            request.Payload = Google.Protobuf.ByteString.CopyFrom(Payload(made));
            try
            {
                AppendResponse answer = await client.AppendOnceAsync(request, CancellationToken.None);
                _acknowledged[(ledger, answer.FirstIndex)] = made;
                Interlocked.Exchange(ref _lastAcknowledged, Environment.TickCount64);
            }
            catch (RpcException failed) when (failed.Code is StatusCode.ResourceExhausted)
            {
                Volatile.Write(ref _refusal, failed);
                Interlocked.Increment(ref _refused);
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
