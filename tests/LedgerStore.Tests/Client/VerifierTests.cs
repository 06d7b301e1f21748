// A verifier against honest servers, and against servers that lie: each lie is an exception with evidence that somebody
// else can check from a file, with nothing but the log's key.

using LedgerStore.Client;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class VerifierTests
{
    [Fact]
    public async Task A_growing_ledger_verifies_and_the_state_survives()
    {
        using TempFolder folder = new();
        await using FakeServer server = await ReaderTests.StartAsync(10);
        for (int size = 10; size < 400; size += 37)
        {
            using Verifier verifier = Verify(server, folder.File("state"));
            Assert.Equal((ulong)size, (await verifier.UpdateAsync()).Size);
            server.Ledger.Add(37, ReaderTests.Payload);
        }
    }

    [Fact]
    public async Task Entries_and_receipts_verify()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        using Verifier verifier = Verify(server, stateFile: null);
        await foreach (LedgerEntry entry in server.Client.CreateReader("demo")
            .ReadEntriesAsync(ReadOptions.Range(250, 20)))
        {
            Assert.Equal(300UL, (await verifier.VerifyInclusionAsync(entry)).Size);
            Receipt receipt = await verifier.GetReceiptAsync(entry);
            verifier.VerifyReceipt(Receipt.Parse(receipt.Format()), entry.Bytes.Span);
            Assert.Throws<VerificationFailedException>(() => verifier.VerifyReceipt(receipt, [1, 2, 3]));
        }
    }

    [Fact]
    public async Task A_split_view_proves_itself()
    {
        using TempFolder folder = new();
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using Verifier verifier = Verify(server, folder.File("state"));
        await verifier.UpdateAsync();
        server.Ledger.Leaves[50] = MerkleHash.Leaf("another"u8);
        await CaughtAsync(server, ViolationKind.SplitView, EvidenceVerdict.Proves, () => verifier.UpdateAsync());
    }

    [Fact]
    public async Task A_fork_that_grew_is_caught_and_the_logs_own_history_proves_it()
    {
        using TempFolder folder = new();
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using (Verifier before = Verify(server, folder.File("state")))
        {
            await before.UpdateAsync();
        }

        server.Ledger.Leaves[50] = MerkleHash.Leaf("another"u8);
        server.Ledger.Add(20, ReaderTests.Payload);
        using Verifier verifier = Verify(server, folder.File("state"));
        await CaughtAsync(server, ViolationKind.SplitView, EvidenceVerdict.Proves, () => verifier.UpdateAsync());

        // Without the old size in its history there is no second signature; then the missing proof is the evidence.
        server.Ledger.HasHistory = false;
        await CaughtAsync(server, ViolationKind.Inconsistent, EvidenceVerdict.Supports, () => verifier.UpdateAsync());
    }

    [Fact]
    public async Task A_rollback_is_caught_also_by_the_next_process()
    {
        using TempFolder folder = new();
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using (Verifier before = Verify(server, folder.File("state")))
        {
            await before.UpdateAsync();
        }

        server.Ledger.PublishedSize = 60;
        using Verifier verifier = Verify(server, folder.File("state"));
        await CaughtAsync(server, ViolationKind.Rollback, EvidenceVerdict.Supports, () => verifier.UpdateAsync());
    }

    [Fact]
    public async Task A_bad_signature_is_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using Verifier verifier = Verify(server, stateFile: null);
        server.Ledger.Note = static note =>
        {
            note[^10] ^= 1;
            return note;
        };
        await CaughtAsync(
            server, ViolationKind.BadSignature, EvidenceVerdict.OnlyClaims, () => verifier.UpdateAsync());
        server.Ledger.Note = static _ => "no checkpoint"u8.ToArray();
        await CaughtAsync(
            server, ViolationKind.BadSignature, EvidenceVerdict.OnlyClaims, () => verifier.UpdateAsync());
    }

    [Fact]
    public async Task An_unknown_key_is_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using Verifier verifier = Verify(server, stateFile: null);
        using SigningKey stranger = SigningKey.Generate();
        NoteSigner signer = new(KeyName.Parse(FakeLedger.Origin), stranger);
        server.Ledger.Note = _ => server.Ledger.Sign(100, signer);
        await CaughtAsync(
            server, ViolationKind.UnknownKey, EvidenceVerdict.OnlyClaims, () => verifier.UpdateAsync());
    }

    [Fact]
    public async Task A_rotation_is_followed_by_its_statement_and_a_second_one_is_proof()
    {
        using TempFolder folder = new();
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using SigningKey nextKey = SigningKey.Generate();
        using SigningKey otherKey = SigningKey.Generate();
        NoteSigner next = new(KeyName.Parse(FakeLedger.Origin), nextKey);
        NoteSigner other = new(KeyName.Parse(FakeLedger.Origin), otherKey);
        using (Verifier verifier = Verify(server, folder.File("state")))
        {
            await verifier.UpdateAsync();
            server.Ledger.Rotations.Add(
                KeyRotation.Create(FakeLedger.Origin, server.Ledger.Signer, next, 100).Note.Bytes.ToArray());
            server.Ledger.Add(10, ReaderTests.Payload);
            server.Ledger.Note = _ => server.Ledger.Sign(110, next);
            Assert.Equal(110UL, (await verifier.UpdateAsync()).Size);
            Assert.Equal(2, verifier.Keys.Keys.Length);
        }

        // The state remembers the rotation, and the old key signs nothing any more.
        using Verifier again = Verify(server, folder.File("state"));
        Assert.Equal(110UL, again.Newest?.Size);
        server.Ledger.Rotations.Add(
            KeyRotation.Create(FakeLedger.Origin, server.Ledger.Signer, other, 105).Note.Bytes.ToArray());
        server.Ledger.Note = _ => server.Ledger.Sign(110, other);
        LedgerViolationException caught = await CaughtAsync(
            server, ViolationKind.WrongRotation, EvidenceVerdict.Supports, () => again.UpdateAsync());

        // A rotation that a crash ended half way leaves a statement of a key that signs nothing. That both keys were
        // used is what no honest log does.
        Evidence both = caught.Evidence with { Offered = server.Ledger.Sign(110, other) };
        Assert.Equal(EvidenceVerdict.Proves, both.Check(server.Ledger.Vkey));
        Assert.Equal(
            EvidenceVerdict.Supports,
            (both with { Offered = server.Ledger.Sign(105, other) }).Check(server.Ledger.Vkey));
    }

    [Fact]
    public async Task An_entry_that_is_not_in_the_tree_is_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(300);
        using Verifier verifier = Verify(server, stateFile: null);
        server.Ledger.Entry = static (index, entry) => index == 123 ? [.. entry[..^1], (byte)'X'] : entry;
        LedgerEntry? forged = null;
        await foreach (LedgerEntry entry in server.Client.CreateReader("demo")
            .ReadEntriesAsync(ReadOptions.Range(123, 1)))
        {
            forged = entry;
        }

        LedgerViolationException caught = await CaughtAsync(
            server, ViolationKind.WrongInclusion, EvidenceVerdict.Supports,
            () => verifier.VerifyInclusionAsync(forged!));
        Assert.Equal(123UL, caught.Evidence.Index);
        Assert.Equal(forged!.Bytes.ToArray(), caught.Evidence.Entry.ToArray());
        await CaughtAsync(
            server, ViolationKind.WrongInclusion, EvidenceVerdict.Supports, () => verifier.GetReceiptAsync(forged));
    }

    [Fact]
    public async Task A_checkpoint_that_does_not_come_is_caught()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        server.Ledger.PublishedSize = 60;
        using Verifier verifier = server.Client.CreateVerifier(
            "demo", new VerifierOptions { Vkey = server.Ledger.Vkey, StaleAfter = TimeSpan.FromMilliseconds(50) });
        LedgerEntry? entry = null;
        await foreach (LedgerEntry next in server.Client.CreateReader("demo")
            .ReadEntriesAsync(ReadOptions.Range(80, 1)))
        {
            entry = next;
        }

        LedgerViolationException caught = await CaughtAsync(
            server, ViolationKind.Stale, EvidenceVerdict.OnlyClaims, () => verifier.VerifyInclusionAsync(entry!));
        Assert.Equal(80UL, caught.Evidence.Index);
    }

    [Fact]
    public async Task An_answer_that_was_asked_for_before_does_not_make_the_log_stale()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(4, i => [(byte)i]);
        server.Ledger.PublishedSize = 1;
        ShiftedTime time = new();
        using LedgerClient client = new(new LedgerClientOptions
        {
            Address = server.Address,
            AllowPlaintext = true,
            Time = time,
        });
        using Verifier verifier = client.CreateVerifier("demo", new VerifierOptions { Vkey = server.Ledger.Vkey });
        int asked = 0;
        server.Ledger.Note = note =>
        {
            // This process stands still for an hour after the server has looked; what it says next is up to date.
            if (asked++ == 0)
            {
                time.Shift = TimeSpan.FromHours(1);
                server.Ledger.PublishedSize = null;
            }

            return note;
        };
        Assert.Equal(4UL, (await verifier.WaitForAsync(4).WaitAsync(TimeSpan.FromMinutes(1))).Size);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_monitor_sees_the_ledger_grow_and_raises_on_the_first_lie()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using Verifier verifier = Verify(server, stateFile: null);
        List<ulong> sizes = [];
        LedgerViolationException caught = await Assert.ThrowsAsync<LedgerViolationException>(async () =>
        {
            await foreach (VerifiedCheckpoint checkpoint in verifier.WatchAsync())
            {
                sizes.Add(checkpoint.Size);
                server.Ledger.Add(10, ReaderTests.Payload);
                if (sizes.Count == 5)
                {
                    server.Ledger.Leaves[3] = MerkleHash.Leaf("changed"u8);
                }
            }
        });
        Assert.Equal([100UL, 110, 120, 130, 140], sizes);
        Assert.Equal(ViolationKind.SplitView, caught.Kind);
    }

    [Fact]
    public async Task Two_observers_who_compare_find_a_split_view()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using Verifier anna = Verify(server, stateFile: null);
        byte[] seenByAnna = (await anna.UpdateAsync()).Note.Bytes.ToArray();
        server.Ledger.Leaves[7] = MerkleHash.Leaf("for Bob only"u8);
        using Verifier bob = Verify(server, stateFile: null);
        await bob.UpdateAsync();
        await CaughtAsync(
            server, ViolationKind.SplitView, EvidenceVerdict.Proves, () => bob.AcceptAsync(seenByAnna));
    }

    [Fact]
    public async Task Evidence_that_was_changed_does_not_hold()
    {
        await using FakeServer server = await ReaderTests.StartAsync(100);
        using Verifier verifier = Verify(server, stateFile: null);
        VerifiedCheckpoint honest = await verifier.UpdateAsync();
        Evidence claim = new()
        {
            Kind = ViolationKind.SplitView,
            Origin = FakeLedger.Origin,
            Statement = "slander",
            Observed = DateTimeOffset.UnixEpoch,
            Accepted = honest.Note.Bytes.ToArray(),
            Offered = honest.Note.Bytes.ToArray(),
        };
        Assert.Equal(EvidenceVerdict.DoesNotHold, claim.Check(server.Ledger.Vkey));
        byte[] forged = honest.Note.Bytes.ToArray();
        forged[30] ^= 1;
        foreach (ViolationKind kind in Enum.GetValues<ViolationKind>().Except(
            [ViolationKind.BadSignature, ViolationKind.UnknownKey, ViolationKind.Stale]))
        {
            Evidence other = claim with { Kind = kind, Offered = forged, Index = 3 };
            Assert.Equal(EvidenceVerdict.DoesNotHold, other.Check(server.Ledger.Vkey));
        }
    }

    internal static async Task<LedgerViolationException> CaughtAsync(
        FakeServer server, ViolationKind kind, EvidenceVerdict verdict, Func<Task> action)
    {
        LedgerViolationException caught = await Assert.ThrowsAsync<LedgerViolationException>(action);
        CheckEvidence(server, kind, verdict, caught);
        return caught;
    }

    internal static void CheckEvidence(
        FakeServer server, ViolationKind kind, EvidenceVerdict verdict, LedgerViolationException caught)
    {
        Assert.Equal(kind, caught.Kind);
        using TempFolder folder = new();
        caught.Evidence.Save(folder.File("evidence.json"));
        Evidence loaded = Evidence.Load(folder.File("evidence.json"));
        Assert.Equal(caught.Evidence.Statement, loaded.Statement);
        Assert.Equal(verdict, loaded.Check(server.Ledger.Vkey));
    }

    [Fact]
    public async Task A_verifier_of_a_ledger_takes_no_key_of_another_one()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        Assert.Throws<VerificationFailedException>(() => server.Client.CreateVerifier(
            "other", new VerifierOptions { Vkey = server.Ledger.Vkey }));
        Assert.Throws<VerificationFailedException>(() => server.Client.CreateVerifier(
            "emo", new VerifierOptions { Vkey = server.Ledger.Vkey }));
        Assert.Throws<VerificationFailedException>(() => server.Client.CreateVerifier(
            "demo", new VerifierOptions { Vkey = server.Ledger.Vkey, Origin = "ledger.example.org/other" }));
        using Verifier named = server.Client.CreateVerifier(
            "alias", new VerifierOptions { Vkey = server.Ledger.Vkey, Origin = FakeLedger.Origin });
        Assert.Equal(FakeLedger.Origin, named.Origin);
    }

    internal static Verifier Verify(FakeServer server, string? stateFile) => server.Client.CreateVerifier(
        "demo", new VerifierOptions { Vkey = server.Ledger.Vkey, StateFile = stateFile });

    private sealed class ShiftedTime : TimeProvider
    {
        private long _ticks;

        internal TimeSpan Shift
        {
            set => Volatile.Write(ref _ticks, value.Ticks);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() =>
            (Environment.TickCount64 * TimeSpan.TicksPerMillisecond) + Volatile.Read(ref _ticks);
    }
}
