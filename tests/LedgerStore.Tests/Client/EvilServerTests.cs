// A server that does not lie about the ledger, but floods its client: streams without end, messages without bounds.
// Each ends in an error after a bounded amount of both.

using System.Buffers;
using Google.Protobuf;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class EvilServerTests
{
    private const int Giant = 5 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_giant_message_is_refused_and_not_asked_for_again()
    {
        await using FakeServer server = await ReaderTests.StartAsync(10);
        int calls = 0;
        server.Ledger.Flood = number =>
        {
            calls += number == 0 ? 1 : 0;
            return Message(0, 1, new byte[Giant]);
        };
        await IsWrongAnswerAsync(() => ReadAsync(server, new ReadOptions()), "exceeds the limit");
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_giant_checkpoint_is_none()
    {
        await using FakeServer server = await ReaderTests.StartAsync(10);
        using Verifier verifier = VerifierTests.Verify(server, stateFile: null);
        server.Ledger.Note = static note => [.. note, .. new byte[Giant]];
        await IsWrongAnswerAsync(() => verifier.UpdateAsync(), "exceeds the limit");
        server.Ledger.Note = static note => [.. note, .. new byte[Giant / 2]];
        await Assert.ThrowsAsync<LedgerViolationException>(() => verifier.UpdateAsync());
    }

    [Fact]
    public async Task A_giant_proof_is_none()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        using Verifier verifier = VerifierTests.Verify(server, stateFile: null);
        LedgerEntry entry = await server.Client.CreateReader("demo").ReadEntriesAsync(ReadOptions.Range(7, 1))
            .FirstAsync();
        server.Ledger.Proof = static proof => [.. proof, .. new Hash256[100_000]];
        await VerifierTests.CaughtAsync(
            server, ViolationKind.WrongInclusion, EvidenceVerdict.Supports, () => verifier.VerifyInclusionAsync(entry));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_that_does_not_follow_has_no_endless_nothing(bool isHeartbeat)
    {
        await using FakeServer server = await ReaderTests.StartAsync(10);
        server.Ledger.Flood = _ => (isHeartbeat
            ? new ReadResponse { Heartbeat = new Protocol.V1.Heartbeat { Size = 10 } }
            : new ReadResponse { CaughtUp = new Protocol.V1.CaughtUp { Size = 10 } }).ToByteArray();
        await IsWrongAnswerAsync(() => ReadAsync(server, new ReadOptions()), "only a read that follows");
    }

    [Fact]
    public async Task More_than_was_asked_for_is_refused()
    {
        await using FakeServer server = await ReaderTests.StartAsync(10);
        server.Ledger.Flood = Entries;
        await IsWrongAnswerAsync(() => ReadAsync(server, ReadOptions.Range(0, 1500)), "500 indexes from 1,500");
    }

    /// <summary>Entries without end that no checkpoint ever covers: the one who verifies takes a bounded number of
    /// them, waits for the signature for a while, and gives none of them out.</summary>
    [Fact]
    public async Task Entries_without_end_and_without_a_signature_are_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        server.Ledger.PublishedSize = 100;
        long sent = 0;
        server.Ledger.Flood = number =>
        {
            Interlocked.Increment(ref sent);
            return Entries(number);
        };
        using Verifier verifier = server.Client.CreateVerifier(
            "demo", new VerifierOptions { Vkey = server.Ledger.Vkey, StaleAfter = TimeSpan.FromSeconds(1) });
        List<LedgerEvent> given = [];
        LedgerViolationException caught = await Assert.ThrowsAsync<LedgerViolationException>(async () =>
        {
            await foreach (LedgerEvent next in server.Client.CreateReader("demo").Verified(verifier)
                .ReadAsync(new ReadOptions()))
            {
                given.Add(next);
            }
        }).WaitAsync(s_patience);
        Assert.Equal(ViolationKind.Stale, caught.Kind);
        Assert.Empty(given);
        Assert.InRange(Volatile.Read(ref sent) * 500 * 100, 0, 128L << 20);
    }

    // 500 forged entries of 100 bytes, one message after the other.
    private static byte[] Entries(int number)
    {
        byte[] bundle = new byte[500 * 102];
        for (int i = 0; i < 500; i++)
        {
            // One field: a payload.
            bundle[(i * 102) + 1] = 100;
            bundle[(i * 102) + 2] = 0x32;
            bundle[(i * 102) + 3] = 98;
        }

        return Message((ulong)number * 500, 500, bundle);
    }

    private static byte[] Message(ulong first, uint count, byte[] bundle)
    {
        ArrayBufferWriter<byte> message = new();
        EntriesMessage.Write(message, first, count, bundle);
        return message.WrittenSpan.ToArray();
    }

    private static async Task IsWrongAnswerAsync(Func<Task> action, string came)
    {
        LedgerViolationException wrong = await Assert.ThrowsAsync<LedgerViolationException>(action);
        Assert.Equal(ViolationKind.WrongAnswer, wrong.Kind);
        Assert.Contains(came, wrong.Came, StringComparison.Ordinal);
        Assert.NotEmpty(wrong.Expected);
    }

    private static async Task ReadAsync(FakeServer server, ReadOptions options)
    {
        using CancellationTokenSource patience = new(s_patience);
        await foreach (LedgerEvent _ in server.Client.CreateReader("demo").ReadAsync(options, patience.Token))
        {
            // Only the end counts.
        }
    }
}
