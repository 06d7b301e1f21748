// A copy of a store that one attack may do with as it likes, and the tools of the attacker. Owned by one test.

using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper;

internal sealed class TamperedStore(TamperHome home, string data)
{
    public TamperHome Home => home;

    public string Data { get; private set; } = data;

    public LinuxFileSystem Files { get; } = new();

    public StorePaths Paths => new(Data);

    /// <summary>Another history takes the place of this one.</summary>
    public void ReplaceBy(string other)
    {
        Directory.Delete(Data, recursive: true);
        TamperHome.CopyDirectory(other, Data);
    }

    /// <summary>The same, and its anchor takes the place of the anchor.</summary>
    public void ReplaceWithAnchor(string other)
    {
        ReplaceBy(other);
        File.Copy(other + ".anchor", Anchor, overwrite: true);
    }

    public string Anchor => Data + ".anchor";

    /// <summary>The anchor has never heard of a ledger.</summary>
    public void DropFromAnchor(string ledger)
    {
        (CatalogLedger dropped, UInt128 storeId) = Find(ledger);
        AnchorFile read = new(Files, Anchor, storeId);
        read.TryLoad();
        File.Delete(Anchor);
        new AnchorFile(Files, Anchor, storeId).Write([.. read.Newest.Where(one => one.Key != dropped.Id)]);
    }

    public LedgerEditor Edit(string ledger) => new(this, ledger);

    /// <summary>Changes one entry, of the same length, and rebuilds so much above it.</summary>
    public void ChangeEntry(string ledger, int index, Rebuild rebuild)
    {
        LedgerEditor editor = Edit(ledger);
        byte[] changed = [.. editor.Entries[index]];
        changed[^1] ^= 1;
        editor.Entries[index] = changed;
        editor.Save(rebuild);
    }

    public string SegmentFile(string ledger, long segment) => Directory
        .GetFiles(Paths.SegmentsDirectory(Find(ledger).Ledger.Id), $"{segment:D12}.*.seg")
        .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).Last();

    public (CatalogLedger Ledger, UInt128 StoreId) Find(string ledger)
    {
        StoreFile store = StoreFileAccess.Load(Files, Paths);
        Catalog catalog = Catalog.Open(Files, Paths, store.StoreId, FileAccessMode.ReadOnly);
        return (catalog.Find(ledger)!, store.StoreId);
    }

    public SegmentIdentity Identity(string ledger, long segment)
    {
        (CatalogLedger entry, UInt128 storeId) = Find(ledger);
        return PayloadThief.IdentityOf(SegmentFile(ledger, segment), storeId, entry.Id);
    }

    public void RewriteState(
        uint ledger,
        Func<ushort, byte[], IEnumerable<(ushort Type, byte[] Body)>> edit,
        params (ushort Type, byte[] Body)[] added)
    {
        UInt128 storeId = StoreFileAccess.Load(Files, Paths).StoreId;
        CommittedLogIdentity identity = new(CommittedLogKind.State, storeId, ledger);
        LogEditor.Rewrite(Paths.StateLog(ledger), identity, edit, added);
    }

    public void RewriteCatalog(Func<ushort, byte[], IEnumerable<(ushort Type, byte[] Body)>> edit)
    {
        UInt128 storeId = StoreFileAccess.Load(Files, Paths).StoreId;
        LogEditor.Rewrite(Paths.Catalog, new CommittedLogIdentity(CommittedLogKind.Catalog, storeId, 0), edit);
    }

    /// <summary>Takes away the checkpoints above a size.</summary>
    public void DropCheckpoints(string ledger, long above) => RewriteState(
        Find(ledger).Ledger.Id,
        (type, body) => (StateRecordType)type == StateRecordType.Checkpoint
            && CheckpointRecord.Decode(body).Size > above ? [] : [(type, body)]);

    /// <summary>Puts one checkpoint, of all entries as they are, in the place of all others.</summary>
    /// <param name="key">A store's.</param>
    public void Resign(string ledger, SigningKey key)
    {
        LedgerEditor editor = Edit(ledger);
        string origin = Find(ledger).Ledger.Origin;
        Hash256 root = editor.Root(editor.Entries.Count);
        using LedgerSigner signer = LedgerSigner.Make(key, KeyScheme.Derived, origin);
        SignedNote note = Checkpoint.Sign(origin, (ulong)editor.Entries.Count, root, signer.Notes);
        DropCheckpoints(ledger, above: -1);
        CheckpointRecord record = new(editor.Entries.Count, root, note.Bytes.ToArray());
        RewriteState(
            editor.Id, (type, body) => [(type, body)], ((ushort)StateRecordType.Checkpoint, record.Encode()));
    }

    public static void Change(string path, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(path);
        change(bytes);
        Replace(path, bytes);
    }

    public static void Replace(string path, byte[] bytes)
    {
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Has the journal say that its newest entry is the newest one of these ledgers' files.</summary>
    public void SetNewestTime(params string[] ledgers)
    {
        long newest = ledgers.SelectMany(ledger => Edit(ledger).Entries)
            .Max(static entry => BundleFormat.ReceivedMicros(entry));
        UInt128 storeId = StoreFileAccess.Load(Files, Paths).StoreId;
        JournalFacts facts = new JournalScan(Files, Paths.JournalDirectory, storeId).Run();
        foreach (FoundFrame frame in facts.Frames)
        {
            using IFile file = Files.Open(facts.Files[frame.FileIndex].Path, FileAccessMode.ReadWrite);
            byte[] header = new byte[FrameHeader.Bytes];
            (frame.Header with { LastMicros = Math.Min(frame.Header.LastMicros, newest) }).Write(header);
            file.Write(frame.Offset, header);
        }
    }

    /// <summary>Changes a text in the journal, and makes the checksums of its frame right.</summary>
    public void ChangeJournal(ReadOnlySpan<byte> text)
    {
        UInt128 storeId = StoreFileAccess.Load(Files, Paths).StoreId;
        JournalFacts facts = new JournalScan(Files, Paths.JournalDirectory, storeId).Run();
        foreach (FoundFrame frame in facts.Frames)
        {
            using IFile file = Files.Open(facts.Files[frame.FileIndex].Path, FileAccessMode.ReadWrite);
            byte[] bytes = new byte[FrameHeader.Bytes + frame.Header.BodyBytes];
            file.Read(frame.Offset, bytes);
            int at = bytes.AsSpan().IndexOf(text);
            if (at >= 0)
            {
                bytes[at] ^= 1;
                (frame.Header with { BodyCrc = Crc32C.Compute(bytes.AsSpan(FrameHeader.Bytes)) }).Write(bytes);
                file.Write(frame.Offset, bytes);
                return;
            }
        }

        throw new InvalidOperationException("the journal does not have this text");
    }
}
