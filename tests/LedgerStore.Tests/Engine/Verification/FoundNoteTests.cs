// A signed checkpoint counts wherever in the directory it is found: an older state.log, put back, takes nothing back.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Recovery;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class FoundNoteTests : IDisposable
{
    private const string Origin = "localhost/payments";

    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_older_state_log_is_found_by_the_checkpoints_of_flushed_frames()
    {
        await PutOlderStateBack(reopens: 0);
        VerifyFinding finding = Assert.Single(Verify().Findings);
        Assert.Equal((VerifyFindingKind.RolledBack, 1_000L, 700L), (finding.Kind, finding.FirstIndex, finding.Count));

        StoreException refused = Assert.Throws<StoreException>(() => _directory.Open());
        Assert.Equal(StoreReason.RollbackDetected, refused.Reason);
        Assert.Contains("1,700", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_recycled_still_counts()
    {
        // Two more starts: the frame is in a spare now, or behind the end of a file that was one.
        await PutOlderStateBack(reopens: 2);
        Assert.Equal(VerifyFindingKind.RolledBack, Assert.Single(Verify().Findings).Kind);
        Assert.Equal(
            StoreReason.RollbackDetected, Assert.Throws<StoreException>(() => _directory.Open()).Reason);
    }

    [Fact]
    public async Task What_was_put_aside_counts_for_the_verifier_even_in_a_file_of_its_own()
    {
        string copy = _directory.Beside("newer");
        await _directory.AppendSigned("payments", 1_000);
        SignedDirectory.Copy(_directory.Data, _directory.Beside("older"));
        PublishedCheckpoint newest = await _directory.AppendSigned("payments", 700);
        SignedDirectory.Copy(_directory.Data, copy);
        _directory.Restore(_directory.Beside("older"));
        Assert.Empty(Verify().Findings);

        byte[] around = [.. new byte[777], .. newest.Note.ToArray(), 1, 2, 3];
        await File.WriteAllBytesAsync(Path.Combine(_directory.Data, "quarantine", "piece"), around);
        Assert.Equal(VerifyFindingKind.RolledBack, Assert.Single(Verify().Findings).Kind);
    }

    [Fact]
    public async Task The_likeness_of_a_checkpoint_in_an_entry_is_nothing()
    {
        using (Store store = _directory.Open())
        {
            Ledger ledger = store.GetOrCreateLedger("payments");
            using SigningKey stranger = SigningKey.Generate();
            byte[] forged = Sign(stranger, Origin, 5_000);
            await ledger.AppendAsync(new RecordBatch { Lengths = new[] { forged.Length }, Payload = forged });
            await ledger.WaitForCheckpointAsync(ledger.Size);
        }

        Assert.Empty(Verify().Findings);
        _directory.Open().Dispose();
    }

    [Fact]
    public void A_note_is_found_at_every_place_of_a_window()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] note = Sign(key, Origin, 123);
        string path = _directory.Beside("bytes");
        for (int start = (1 << 20) - note.Length - 17_000; start < (1 << 20) + 100; start += start % 7 + 61)
        {
            byte[] bytes = new byte[start + note.Length];
            Array.Fill(bytes, (byte)'x');
            note.CopyTo(bytes, start);
            File.WriteAllBytes(path, bytes);
            NoteScan scan = Scan(long.MaxValue);
            scan.ReadFile(path);
            Assert.Equal(123, Assert.Single(scan.Of(Origin)).Record.Size);
        }
    }

    [Fact]
    public void Memory_and_reading_are_bounded_and_the_largest_are_kept()
    {
        using SigningKey key = SigningKey.Generate();
        string path = _directory.Beside("bytes");
        byte[] other = Sign(key, "localhost/other", 9_999);
        byte[] all =
            [.. Enumerable.Range(1, 300).SelectMany(size => Sign(key, Origin, size)), .. other, .. "\n\n\u2014 x"u8];
        File.WriteAllBytes(path, all);
        NoteScan scan = Scan(long.MaxValue);
        scan.ReadFile(path);
        scan.ReadFile(path);
        Assert.Equal(
            Enumerable.Range(300 - NoteScan.KeptMax + 1, NoteScan.KeptMax).Reverse(),
            scan.Of(Origin).Select(found => (int)found.Record.Size));
        Assert.Empty(scan.Of("localhost/other"));

        NoteScan nothing = Scan(0);
        nothing.ReadFile(path);
        Assert.Empty(nothing.Of(Origin));
    }

    private static NoteScan Scan(long bytesMax) =>
        new(new LinuxFileSystem(), new HashSet<string>(StringComparer.Ordinal) { Origin }, bytesMax);

    private static byte[] Sign(SigningKey key, string origin, int size)
    {
        Hash256 root = MerkleHash.Leaf(Encoding.UTF8.GetBytes($"{size}"));
        return Checkpoint.Sign(origin, (ulong)size, root, new NoteSigner(KeyName.Parse(origin), key)).Bytes.ToArray();
    }

    /// <summary>1,700 entries are signed, and then state.log and the anchor say 1,000 again.</summary>
    private async Task PutOlderStateBack(int reopens)
    {
        string older = _directory.Beside("older");
        await _directory.AppendSigned("payments", 1_000);
        SignedDirectory.Copy(_directory.Data, older);
        File.Copy(_directory.Anchor, older + ".anchor");
        await _directory.AppendSigned("payments", 700);
        for (int i = 0; i < reopens; i++)
        {
            _directory.Open().Dispose();
        }

        foreach (string state in Directory.GetFiles(older, "state.log", SearchOption.AllDirectories))
        {
            File.Copy(state, state.Replace(older, _directory.Data, StringComparison.Ordinal), overwrite: true);
        }

        File.Copy(older + ".anchor", _directory.Anchor, overwrite: true);
    }

    private VerifyReport Verify() => StoreVerifier.Verify(new VerifyOptions
    {
        DataDirectory = _directory.Data,
        FindKeys = DerivedKeys.Of(_directory.Key),
    });
}
