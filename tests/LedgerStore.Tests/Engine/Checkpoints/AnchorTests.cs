// The anchor: what a store that was rolled back, forked or robbed of its anchor is told at start-up.

using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class AnchorTests : IDisposable
{
    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_older_copy_of_the_data_is_a_rollback_and_both_sizes_are_named()
    {
        await _directory.AppendSigned("payments", 1000);
        SignedDirectory.Copy(_directory.Data, _directory.Beside("older"));
        await _directory.AppendSigned("payments", 234);
        _directory.Restore(_directory.Beside("older"));

        StoreException refused = Assert.Throws<StoreException>(() => _directory.Open());

        Assert.Equal(StoreReason.RollbackDetected, refused.Reason);
        Assert.Contains("1,234", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1,000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_size_with_another_root_is_a_fork()
    {
        await _directory.AppendSigned("payments", 1000);
        SignedDirectory.Copy(_directory.Data, _directory.Beside("fork"));
        await _directory.AppendSigned("payments", 500);
        File.Copy(_directory.Anchor, _directory.Beside("honest"));
        _directory.Restore(_directory.Beside("fork"));
        File.Delete(_directory.Anchor);
        using (Store fork = _directory.Open(_directory.Signing with { AcceptMissingAnchor = true }))
        {
            await SignedDirectory.AppendSigned(fork.GetLedger("payments"), 600);
        }

        File.Move(_directory.Beside("honest"), _directory.Anchor, overwrite: true);

        StoreException refused = Assert.Throws<StoreException>(() => _directory.Open());

        Assert.Equal(StoreReason.RollbackDetected, refused.Reason);
        Assert.Contains("forked", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link", "anchor")]
    [InlineData("data/anchor", null)]
    [InlineData("into/anchor", "data")]
    public async Task An_anchor_behind_a_link_or_in_the_data_directory_is_refused(string path, string? target)
    {
        await _directory.AppendSigned("payments", 100);
        path = _directory.Beside(path);
        string link = target == "data" ? Path.GetDirectoryName(path)! : path;
        if (target is not null)
        {
            File.CreateSymbolicLink(link, target == "data" ? _directory.Data : _directory.Anchor);
        }

        StoreException atStart = Assert.Throws<StoreException>(
            () => _directory.Open(_directory.Signing with { AnchorPath = path }));
        StoreException offline = Assert.Throws<StoreException>(() => StoreVerifier.Verify(
            new VerifyOptions { DataDirectory = _directory.Data, AnchorPath = path }));
        Assert.Equal(StoreReason.InvalidArgument, atStart.Reason);
        Assert.Equal(StoreReason.InvalidArgument, offline.Reason);
        Assert.Contains("must not bring its own anchor along", offline.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspect_store_serves_reads_and_takes_and_signs_nothing()
    {
        await _directory.AppendSigned("payments", 1000);
        SignedDirectory.Copy(_directory.Data, _directory.Beside("older"));
        await _directory.AppendSigned("payments", 234);
        _directory.Restore(_directory.Beside("older"));

        using Store store = _directory.Open(_directory.Signing with { ReadOnlySuspect = true });
        Ledger ledger = store.GetLedger("payments");

        Assert.Equal(1000, ledger.Size);
        Assert.Equal(1000, ledger.Checkpoint!.Size);
        Assert.Equal(10, ledger.ProveInclusion(5, 1000).Length);
        StoreException append = await Assert.ThrowsAsync<StoreException>(() => SignedDirectory.Append(ledger, 1));
        Assert.Equal(StoreReason.RollbackDetected, append.Reason);
        StoreException wait = await Assert.ThrowsAsync<StoreException>(
            () => ledger.WaitForCheckpointAsync(1001).AsTask());
        Assert.Equal(StoreReason.SigningStopped, wait.Reason);
    }

    [Fact]
    public async Task A_suspect_ledger_is_shown_with_the_newest_checkpoint_that_its_data_does_not_contradict()
    {
        await _directory.AppendSigned("payments", 1000);
        SignedDirectory.Copy(_directory.Data, _directory.Beside("older"));
        await _directory.AppendSigned("payments", 234);

        // The newer state.log with the older segments: it claims what is not there.
        string state = Path.Combine("ledgers", "1", "state.log");
        File.Copy(Path.Combine(_directory.Data, state), _directory.Beside("state"));
        _directory.Restore(_directory.Beside("older"));
        File.Move(_directory.Beside("state"), Path.Combine(_directory.Data, state), overwrite: true);

        using Store store = _directory.Open(_directory.Signing with { ReadOnlySuspect = true });
        Ledger ledger = store.GetLedger("payments");
        Assert.NotNull(ledger.Describe().Damage ?? ledger.Describe().SigningFailure);
        await Assert.ThrowsAsync<StoreException>(() => SignedDirectory.Append(ledger, 1));
    }

    [Fact]
    public async Task Who_waits_when_the_store_closes_is_told()
    {
        Task<PublishedCheckpoint> waiting;
        using (Store store = _directory.Open())
        {
            Ledger ledger = store.CreateLedger("payments");
            await SignedDirectory.AppendSigned(ledger, 3);
            waiting = ledger.WaitForCheckpointAsync(4).AsTask();
        }

        StoreException closed = await Assert.ThrowsAsync<StoreException>(() => waiting);
        Assert.Equal(StoreReason.Closed, closed.Reason);
    }

    [Fact]
    public async Task A_missing_anchor_is_refused_unless_it_is_accepted()
    {
        await _directory.AppendSigned("payments", 10);
        File.Delete(_directory.Anchor);

        StoreException refused = Assert.Throws<StoreException>(() => _directory.Open());
        Assert.Equal(StoreReason.AnchorMissing, refused.Reason);

        using (Store store = _directory.Open(_directory.Signing with { AcceptMissingAnchor = true }))
        {
            await SignedDirectory.AppendSigned(store.GetLedger("payments"), 10);
        }

        using Store again = _directory.Open();
        Assert.Equal(20, again.GetLedger("payments").Checkpoint!.Size);
    }

    [Fact]
    public async Task An_anchor_of_another_store_or_inside_of_the_data_is_refused()
    {
        await _directory.AppendSigned("payments", 10);
        using SignedDirectory other = new();
        await other.AppendSigned("payments", 10);

        StoreException wrong = Assert.Throws<StoreException>(
            () => _directory.Open(_directory.Signing with { AnchorPath = other.Anchor }));
        Assert.Equal(StoreReason.RollbackDetected, wrong.Reason);

        string inside = Path.Combine(_directory.Data, "anchor");
        StoreException invalid = Assert.Throws<StoreException>(
            () => _directory.Open(_directory.Signing with { AnchorPath = inside }));
        Assert.Equal(StoreReason.InvalidArgument, invalid.Reason);
    }

    [Fact]
    public async Task Every_damaged_byte_of_an_anchor_is_noticed_or_harmless()
    {
        for (int i = 0; i < 3; i++)
        {
            await _directory.AppendSigned("payments", 10);
        }

        byte[] sound = await File.ReadAllBytesAsync(_directory.Anchor);
        int refused = 0;
        for (int at = 0; at < sound.Length; at += 7)
        {
            byte[] damaged = [.. sound];
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(_directory.Anchor, damaged);
            try
            {
                // A damaged last record is a torn tail: the store is not behind what is left of the anchor.
                using Store store = _directory.Open();
                Assert.Equal(30, store.GetLedger("payments").Checkpoint!.Size);
            }
            catch (StoreException noticed)
            {
                Assert.Equal(StoreReason.Corruption, noticed.Reason);
                refused++;
            }
        }

        Assert.True(refused > sound.Length / 7 / 2, $"{refused} of {sound.Length / 7} were refused");
    }

    [Fact]
    public async Task Another_key_is_refused_and_the_expected_id_is_named()
    {
        await _directory.AppendSigned("payments", 10);
        using SigningKey other = SigningKey.Generate();

        StoreException refused = Assert.Throws<StoreException>(
            () => _directory.Open(_directory.Signing with { Key = other }));

        Assert.Equal(StoreReason.KeyMismatch, refused.Reason);
        VerifierKey expected = VerifierKey.Parse(
            LogKeyFile.VerifierKeyOf("localhost", _directory.Key, KeyScheme.Shared));
        Assert.Contains(expected.Id.ToString(), refused.Message, StringComparison.Ordinal);
    }
}
