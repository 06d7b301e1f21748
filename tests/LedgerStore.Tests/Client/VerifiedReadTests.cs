// Reading with proof: all of an honest ledger comes through, of a lying one nothing that it did not sign.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using Xunit;
using CaughtUp = LedgerStore.Client.CaughtUp;
using Verifier = LedgerStore.Client.Verifier;

namespace LedgerStore.Tests.Client;

public sealed class VerifiedReadTests
{
    [Fact]
    public async Task Every_range_of_a_small_ledger_verifies()
    {
        for (int size = 1; size <= 20; size++)
        {
            await using FakeServer server = await ReaderTests.StartAsync(size);
            for (int from = 0; from < size; from++)
            {
                for (int count = 1; count <= size - from; count++)
                {
                    List<LedgerEvent> events = await ReadAsync(
                        server, ReadOptions.Range((ulong)from, (ulong)count));
                    Assert.Equal(
                        Enumerable.Range(from, count).Select(i => (ulong)i),
                        events.Cast<LedgerEntry>().Select(entry => entry.Index));
                }
            }
        }
    }

    [Fact]
    public async Task A_read_of_many_pieces_verifies()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(3000, static i => new byte[1000 + i]);
        Assert.Equal(3000, (await ReadAsync(server, new ReadOptions())).Count);
        Assert.Equal(1500, (await ReadAsync(server, ReadOptions.Range(777, 1500))).Count);
    }

    [Fact]
    public async Task Expired_ranges_are_proven_by_their_roots()
    {
        await using FakeServer server = await ReaderTests.StartAsync(1100);
        server.Ledger.Expired.Add((0, 256));
        server.Ledger.Expired.Add((512, 512));
        List<LedgerEvent> events = await ReadAsync(server, new ReadOptions());
        Assert.Equal(2, events.OfType<ExpiredRange>().Count());
        Assert.Equal(332, events.OfType<LedgerEntry>().Count());
    }

    [Fact]
    public async Task Following_gives_what_is_proven_and_waits_for_the_rest()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        server.Ledger.PublishedSize = 100;
        using Verifier verifier = VerifierTests.Verify(server, stateFile: null);
        VerifiedReader reader = server.Client.CreateReader("demo").Verified(verifier);
        List<ulong> indexes = [];
        await foreach (LedgerEvent next in reader.ReadAsync(ReadOptions.Tail(5)))
        {
            if (next is CaughtUp)
            {
                server.Ledger.Add(3, ReaderTests.Payload);
                server.Ledger.PublishedSize = null;
            }
            else if (next is LedgerEntry entry)
            {
                indexes.Add(entry.Index);
                if (entry.Index == 102)
                {
                    break;
                }
            }
        }

        Assert.Equal([95UL, 96, 97, 98, 99, 100, 101, 102], indexes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1499)]
    [InlineData(1500)]
    [InlineData(2999)]
    public async Task A_forged_entry_is_named_and_nothing_of_its_piece_is_given_out(int forged)
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(3000, static i => new byte[1000]);
        server.Ledger.Entry = (index, entry) => index == (ulong)forged ? [.. entry[..^1], 1] : entry;
        List<LedgerEvent> given = [];
        LedgerViolationException caught = await VerifierTests.CaughtAsync(
            server, ViolationKind.WrongInclusion, EvidenceVerdict.Supports,
            () => ReadAsync(server, new ReadOptions(), given));
        Assert.Equal((ulong)forged, caught.Evidence.Index);
        Assert.DoesNotContain(given, next => next is LedgerEntry entry && entry.Index == (ulong)forged);
    }

    [Fact]
    public async Task Swapped_entries_are_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        server.Ledger.Entry = (index, entry) => index is 100 or 101 ? server.Ledger.Entries[201 - (int)index] : entry;
        LedgerViolationException caught = await VerifierTests.CaughtAsync(
            server, ViolationKind.WrongInclusion, EvidenceVerdict.Supports,
            () => ReadAsync(server, new ReadOptions()));
        Assert.Equal(100UL, caught.Evidence.Index);
    }

    [Fact]
    public async Task Forged_proofs_are_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        using Verifier verifier = VerifierTests.Verify(server, stateFile: null);
        await verifier.UpdateAsync();
        server.Ledger.Proof = static hashes =>
        {
            hashes[^1] = MerkleHash.Leaf("lie"u8);
            return hashes;
        };
        await VerifierTests.CaughtAsync(
            server, ViolationKind.WrongInclusion, EvidenceVerdict.Supports,
            () => ReadAsync(server, ReadOptions.Range(10, 20)));
    }

    [Fact]
    public async Task An_end_that_comes_too_early_is_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        server.Ledger.ReadEnd = 250;
        LedgerViolationException caught = await VerifierTests.CaughtAsync(
            server, ViolationKind.Withheld, EvidenceVerdict.Supports, () => ReadAsync(server, new ReadOptions()));
        Assert.Equal(250UL, caught.Evidence.Index);
        server.Ledger.ReadEnd = 0;
        await VerifierTests.CaughtAsync(
            server, ViolationKind.Withheld, EvidenceVerdict.Supports, () => ReadAsync(server, new ReadOptions()));
    }

    /// <summary>A read of the last entries, or from a time on, that ends early or begins late.</summary>
    [Fact]
    public async Task The_last_entries_are_the_last_and_all_that_were_signed()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        List<LedgerEvent> last = await ReadAsync(server, new ReadOptions { FromEnd = 10 });
        Assert.Equal((290UL, 299UL), (((LedgerEntry)last[0]).Index, ((LedgerEntry)last[^1]).Index));
        DateTimeOffset time = ((LedgerEntry)last[0]).Received;
        Assert.Empty(await ReadAsync(server, new ReadOptions { FromTime = DateTimeOffset.MaxValue }));
        foreach (ulong end in new ulong[] { 290, 295 })
        {
            server.Ledger.ReadEnd = end;
            await VerifierTests.CaughtAsync(
                server, ViolationKind.Withheld, EvidenceVerdict.Supports,
                () => ReadAsync(server, new ReadOptions { FromEnd = 10 }));
            await VerifierTests.CaughtAsync(
                server, ViolationKind.Withheld, EvidenceVerdict.Supports,
                () => ReadAsync(server, new ReadOptions { FromTime = time }));
        }
    }

    /// <summary>The server says again and again that there is nothing new, and has signed more.</summary>
    [Fact]
    public async Task Following_notices_that_signed_entries_are_not_sent()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        server.Ledger.Flood = number =>
        {
            if (number == 50)
            {
                server.Ledger.Add(5, ReaderTests.Payload);
            }

            Thread.Sleep(10);
            return new ReadResponse { Heartbeat = new Protocol.V1.Heartbeat { Size = 100 } }.ToByteArray();
        };
        using Verifier verifier = server.Client.CreateVerifier(
            "demo", new VerifierOptions { Vkey = server.Ledger.Vkey, StaleAfter = TimeSpan.FromMilliseconds(300) });
        LedgerViolationException caught = await Assert.ThrowsAsync<LedgerViolationException>(async () =>
        {
            await foreach (LedgerEvent _ in server.Client.CreateReader("demo").Verified(verifier)
                .ReadAsync(new ReadOptions { From = 100, Follow = true }))
            {
                // Nothing but heartbeats comes.
            }
        }).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((ViolationKind.Withheld, "the entries from 100 on"), (caught.Kind, caught.Expected));
    }

    /// <summary>A read that is never answered ends, in a time that the server cannot stretch.</summary>
    [Fact]
    public async Task A_read_that_is_never_answered_ends()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        server.Ledger.Reading = static async (_, call) => await Task.Delay(Timeout.Infinite, call.CancellationToken);
        ReadOptions options = new()
        {
            SilenceMax = TimeSpan.FromMilliseconds(200),
            GiveUpAfter = TimeSpan.FromMilliseconds(100),
        };
        RpcException silent = await Assert.ThrowsAsync<RpcException>(
            () => ReadAsync(server, options).WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Contains("sent nothing of the read for 0.2 s", silent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_is_not_the_servers_to_choose()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        List<LedgerEvent> all = await ReadAsync(server, new ReadOptions());
        DateTimeOffset from = ((LedgerEntry)all[100]).Received;
        DateTimeOffset until = ((LedgerEntry)all[200]).Received;
        List<LedgerEvent> some = await ReadAsync(server, new ReadOptions { FromTime = from, Until = until });
        Assert.Equal((100UL, 199UL), (((LedgerEntry)some[0]).Index, ((LedgerEntry)some[^1]).Index));
        server.Ledger.TimeSkip = 3;
        LedgerViolationException caught = await VerifierTests.CaughtAsync(
            server, ViolationKind.Withheld, EvidenceVerdict.Supports,
            () => ReadAsync(server, new ReadOptions { FromTime = from }));
        Assert.Equal(102UL, caught.Evidence.Index);
    }

    private static Task<List<LedgerEvent>> ReadAsync(FakeServer server, ReadOptions options) =>
        ReadAsync(server, options, []);

    private static async Task<List<LedgerEvent>> ReadAsync(
        FakeServer server, ReadOptions options, List<LedgerEvent> events)
    {
        using Verifier verifier = VerifierTests.Verify(server, stateFile: null);
        await foreach (LedgerEvent next in server.Client.CreateReader("demo").Verified(verifier).ReadAsync(options))
        {
            events.Add(next);
        }

        return events;
    }
}
