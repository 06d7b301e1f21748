// An older copy of one ledger, put back with everything that was signed about it gone: the statements of its index are
// in a ledger of their own, and contradict it.

using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Indexing;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class StatedSegmentTests : IDisposable
{
    private const int Segment = 65_536;

    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_ledger_that_is_shorter_than_its_index_says_is_found_and_not_opened_to_write()
    {
        await PutOlderBackAsync();
        VerifyFinding finding = Assert.Single(Verify().Findings);
        Assert.Equal(
            (VerifyFindingKind.RolledBack, "payments", 1_000L, Segment - 1_000L),
            (finding.Kind, finding.Ledger, finding.FirstIndex, finding.Count));

        // The anchor knows it too. Without one, the statement is all that is left.
        File.Delete(_directory.Anchor);
        StoreException refused = Assert.Throws<StoreException>(
            () => _directory.Open(_directory.Signing with { AcceptMissingAnchor = true }));
        Assert.Equal(StoreReason.RollbackDetected, refused.Reason);
        Assert.Contains("has statements about entries to 65,536", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_grew_again_differently_is_found_by_its_root()
    {
        await PutOlderBackAsync();
        File.Delete(_directory.Anchor);

        // As a store that knows nothing of indexes would have let it grow.
        string index = Directory.GetDirectories(Path.Combine(_directory.Data, "ledgers")).Order().Last();
        string catalog = Path.Combine(_directory.Data, "catalog");
        Directory.Move(index, _directory.Beside("index"));
        File.Move(catalog, _directory.Beside("catalog"));
        File.Copy(_directory.Beside("older") + ".catalog", catalog);
        using (Store store = _directory.Open(_directory.Signing with { AcceptMissingAnchor = true }))
        {
            Ledger ledger = store.GetLedger("payments");
            for (int i = 0; i < 7; i++)
            {
                await SignedDirectory.AppendSigned(ledger, 10_000);
            }
        }

        Directory.Move(_directory.Beside("index"), index);
        File.Move(_directory.Beside("catalog"), catalog, overwrite: true);
        Assert.Contains(
            Verify().Findings,
            static finding => finding is { Kind: VerifyFindingKind.RootMismatch, Ledger: "payments", FirstIndex: 0 }
                && finding.Evidence.Contains("forked", StringComparison.Ordinal));
    }

    private async Task PutOlderBackAsync()
    {
        await _directory.AppendSigned("payments", 1_000);
        string directory = Directory.GetDirectories(Path.Combine(_directory.Data, "ledgers")).Order().Last();
        string older = _directory.Beside("older");
        SignedDirectory.Copy(directory, older);
        File.Copy(Path.Combine(_directory.Data, "catalog"), older + ".catalog");
        using (Store store = _directory.Open())
        {
            Ledger ledger = store.GetLedger("payments");
            for (int i = 0; i < 7; i++)
            {
                await SignedDirectory.AppendSigned(ledger, 10_000);
            }

            LedgerFields fields = ledger.SetFields(IndexWorld.Spec.Text, "anna", "to find it again");
            Ledger statements = store.GetLedger(fields.IndexLedger);
            await statements.WaitForCheckpointAsync(1);
        }

        Directory.Delete(directory, recursive: true);
        Directory.Move(older, directory);
        WipeJournal(Path.Combine(_directory.Data, "journal"));
    }

    // All but the first pages, and the frame that says that the store was closed.
    private static void WipeJournal(string journal)
    {
        Dictionary<string, byte[]> files = Directory.GetFiles(journal).ToDictionary(
            static path => path, File.ReadAllBytes);
        (ulong Number, string Path, int At, int Bytes) last = default;
        foreach ((string path, byte[] bytes) in files)
        {
            if (!JournalFileHeader.TryRead(bytes, out JournalFileHeader page))
            {
                continue;
            }

            for (int at = JournalFileHeader.PageBytes; at < bytes.Length; at += 4_096)
            {
                if (FrameHeader.TryRead(bytes.AsSpan(at), page.Nonce, out FrameHeader frame)
                    && (ulong)frame.Number > last.Number)
                {
                    last = ((ulong)frame.Number, path, at, frame.StoredBytes);
                }
            }
        }

        foreach ((string path, byte[] bytes) in files)
        {
            byte[] wiped = new byte[bytes.Length];
            bytes.AsSpan(0, JournalFileHeader.PageBytes).CopyTo(wiped);
            if (path == last.Path)
            {
                bytes.AsSpan(last.At, last.Bytes).CopyTo(wiped.AsSpan(last.At));
            }

            File.WriteAllBytes(path, wiped);
        }
    }

    private VerifyReport Verify() => StoreVerifier.Verify(new VerifyOptions { DataDirectory = _directory.Data });
}
