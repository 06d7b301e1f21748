// Offline verification over stores that the store itself made: what is sound verifies, and what is said about it is
// true. What an attacker can do to it is in the tamper campaign.

using System.Security.Cryptography;
using System.Text.Json;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class StoreVerifierTests : IDisposable
{
    // What the store says in _audit of itself and of three ledgers.
    private const int Said = 2 + 3;

    private readonly VerifyStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_sound_store_verifies_and_the_report_says_what_was_checked()
    {
        await _store.FillAsync("payments", 70_000);
        await _store.FillAsync("logins", 300);
        await _store.FillAsync("empty", 0);
        _store.Sign("payments", 100);
        _store.Sign("payments", 65_536);
        _store.Sign("payments", 69_900);
        List<VerifyProgress> told = [];
        VerifyReport report = _store.Verify(options => options with { OnProgress = told.Add });

        Assert.Empty(report.Findings);
        Assert.True(report.IsVerified);
        Assert.Equal((70_300L + Said, 3L), (report.Entries, report.Checkpoints));
        Assert.Equal(["_audit", "empty", "logins", "payments"], report.Ledgers.Select(ledger => ledger.Name));
        LedgerReport payments = report.Ledgers[3];
        Assert.Equal((70_000L, 69_900L, 100L), (payments.Entries, payments.SignedSize, payments.UnvouchedEntries));
        Assert.Contains("ledger.example.org/payments+", payments.SignedBy, StringComparison.Ordinal);
        Assert.Equal((0L, 300L), (report.Ledgers[2].SignedSize, report.Ledgers[2].UnvouchedEntries));
        Assert.Equal(400 + Said, report.UnvouchedEntries);
        Assert.Equal(70_300 + Said, told[^1].Entries);
        Assert.Equal(70_300 + Said, told[^1].EntriesTotal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_a_crash_left_in_the_journal_is_verified_too(int threads)
    {
        await _store.FillAsync("payments", 65_000);
        string crashed;
        using (Store store = _store.Open())
        {
            await VerifyStore.AppendAsync(store.GetLedger("payments"), 1_500);
            await VerifyStore.AppendAsync(store.GetOrCreateLedger("new"), 700);
            crashed = _store.Copy("crashed");
        }

        Hash256 root = _store.RootAt("payments", 66_400);
        _store.Data = crashed;
        _store.Sign("payments", 66_400, root: root);
        VerifyReport report = _store.Verify(options => options with { Parallelism = threads });
        Assert.Empty(report.Findings);
        Assert.Equal(67_204, report.Entries);
        Assert.Equal((66_500L, 66_400L), (report.Ledgers[2].Entries, report.Ledgers[2].SignedSize));
        Assert.Equal(("new", 700L), (report.Ledgers[1].Name, report.Ledgers[1].Entries));
    }

    [Fact]
    public async Task A_running_store_is_refused_unless_it_is_a_snapshot()
    {
        await _store.FillAsync("payments", 300);
        using Store store = _store.Open();
        StoreException refused = Assert.Throws<StoreException>(() => _store.Verify());
        Assert.Equal(StoreReason.InUse, refused.Reason);
        Assert.Contains("snapshot", refused.Message, StringComparison.Ordinal);
        Assert.True(_store.Verify(options => options with { IsSnapshot = true }).IsVerified);
    }

    [Fact]
    public async Task Nothing_is_changed()
    {
        await _store.FillAsync("payments", 66_000);
        Dictionary<string, (string Bytes, DateTime Time)> before = Snapshot();
        _store.Verify();
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task A_trusted_checkpoint_must_still_be_true()
    {
        await _store.FillAsync("payments", 1_000);
        byte[] note = _store.Sign("payments", 700);
        TrustedCheckpoint trusted = TrustedCheckpoint.Parse(note);
        Assert.True(Verify(trusted).IsVerified);

        VerifyFinding fork = Assert.Single(Verify(trusted with { Root = default }).Findings);
        Assert.Equal((VerifyFindingKind.RootMismatch, 0L, 700L), (fork.Kind, fork.FirstIndex, fork.Count));
        VerifyFinding rolledBack = Assert.Single(Verify(trusted with { Size = 2_000 }).Findings);
        Assert.Equal((VerifyFindingKind.RolledBack, 1_000L), (rolledBack.Kind, rolledBack.FirstIndex));
        VerifyFinding missing = Assert.Single(Verify(trusted with { Origin = "ledger.example.org/x" }).Findings);
        Assert.Equal(VerifyFindingKind.LedgerMissing, missing.Kind);
    }

    [Fact]
    public async Task Without_a_key_roots_are_checked_and_nothing_is_vouched_for()
    {
        await _store.FillAsync("payments", 1_000);
        _store.Sign("payments", 700);
        VerifyReport report = _store.Verify(options => options with { StoreKeys = [] });
        Assert.True(report.IsVerified);
        Assert.Equal((1L, 1_003L), (report.Checkpoints, report.UnvouchedEntries));
        Assert.False(report.Ledgers[1].HasKey);
    }

    [Fact]
    public async Task A_key_counts_only_for_its_sizes()
    {
        await _store.FillAsync("payments", 1_000);
        _store.Sign("payments", 700);
        VerifierKey key = new(
            KeyName.Parse("ledger.example.org/payments"), SignatureType.Ed25519, _store.Key.PublicKey);
        VerifyReport Verify(ulong last) => _store.Verify(options => options with
        {
            Keys = [new LogKeySet("ledger.example.org/payments", new LogKey(key, 0, last))],
        });
        Assert.True(Verify(700).IsVerified);
        Assert.Equal(VerifyFindingKind.CheckpointInvalid, Assert.Single(Verify(699).Findings).Kind);
    }

    [Fact]
    public async Task A_changed_byte_is_found_with_its_entry_and_file()
    {
        await _store.FillAsync("payments", 66_000);
        _store.Sign("payments", 66_000);
        string file = _store.SegmentFile("payments", 0);
        VerifyStore.Change(file, bytes => bytes[5_000] ^= 1);
        VerifyReport report = _store.Verify();
        VerifyFinding finding = Assert.Single(report.Findings);
        Assert.Equal((VerifyFindingKind.EntriesUnreadable, "payments"), (finding.Kind, finding.Ledger));
        Assert.Equal((file, 256L), (finding.File, finding.Count));
        Assert.InRange(finding.Offset, 64, 5_000);
        Assert.False(report.IsVerified);

        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        JsonElement first = json.RootElement.GetProperty("findings")[0];
        Assert.Equal("entries_unreadable", first.GetProperty("kind").GetString());
        Assert.Equal(finding.FirstIndex, first.GetProperty("first_index").GetInt64());
        Assert.False(json.RootElement.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public void What_is_not_a_store_is_refused()
    {
        Directory.CreateDirectory(_store.Data);
        Assert.Equal(StoreReason.InvalidArgument, Assert.Throws<StoreException>(() => _store.Verify()).Reason);
    }

    /// <summary>No byte of a small store can be changed so that verification ends in an exception.</summary>
    [Fact]
    public async Task Damage_anywhere_is_a_finding_or_nothing_and_never_an_exception()
    {
        await _store.FillAsync("payments", 700);
        _store.Sign("payments", 700);
        Random random = new(7);
        foreach (string file in Directory.GetFiles(_store.Data, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int round = 0; round < 12; round++)
            {
                byte[] damaged = [.. bytes];
                int limit = file.EndsWith(".jnl", StringComparison.Ordinal) ? 8_192 : damaged.Length;
                for (int i = 0; i <= round % 3 && limit > 0; i++)
                {
                    damaged[random.Next(Math.Min(limit, damaged.Length))] ^= (byte)random.Next(1, 256);
                }

                VerifyStore.Replace(file, round % 4 == 3 ? damaged[..random.Next(damaged.Length + 1)] : damaged);
                _store.Verify(options => options with { Parallelism = 1 });
            }

            VerifyStore.Replace(file, bytes);
        }

        Assert.True(_store.Verify().IsVerified);
    }

    private VerifyReport Verify(TrustedCheckpoint trusted) =>
        _store.Verify(options => options with { TrustedCheckpoints = [trusted] });

    private Dictionary<string, (string Bytes, DateTime Time)> Snapshot() => Directory
        .GetFiles(_store.Data, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .ToDictionary(file => file, file => (Hash(File.ReadAllBytes(file)), File.GetLastWriteTimeUtc(file)));

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
