// The tamper campaign as a table: what is done to a store, and exactly who notices. docs/SECURITY.md shows it, and a
// test compares the two. Immutable.

using System.Globalization;
using System.Text;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper;

internal static class Attacks
{
    private const string Ledger = TamperHome.Ledger;
    private const string Other = TamperHome.Other;
    public const int Middle = 40_000;
    private const Notice StartAndMemory = Notice.Start | Notice.Kept | Notice.Anchor;
    private const Notice StartAndReaders = Notice.Start | Notice.Readers;

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("an entry is changed in its file", false, Notice.Readers, FlipByte),
        new("a file is cut short", false, Notice.Readers, s => Cut(s.SegmentFile(Ledger, 0))),
        new("a sealed segment is deleted", false, Notice.Readers, s => File.Delete(s.SegmentFile(Ledger, 0))),
        new("state.log is deleted", false, Notice.Start | Notice.Verifiers,
            s => File.Delete(s.Paths.StateLog(s.Find(Ledger).Ledger.Id))),
        new("the segments of two ledgers change places", false, Notice.Readers, SwapFiles),
        new("an entry is changed", true, Notice.Readers, s => s.ChangeEntry(Ledger, Middle, Rebuild.Blocks)),
        new("an entry is changed, and its tile", true, Notice.Readers,
            s => s.ChangeEntry(Ledger, Middle, Rebuild.Tiles)),
        new("an entry is changed, and all hashes of its segment", true, Notice.Readers,
            s => s.ChangeEntry(Ledger, Middle, Rebuild.SegmentRoots)),
        new("an entry is changed, and all hashes of the store", true, StartAndReaders,
            s => s.ChangeEntry(Ledger, Middle, Rebuild.StateLog)),
        new("an entry in the open segment is changed, and all hashes", true, StartAndReaders,
            s => s.ChangeEntry(Ledger, 135_000, Rebuild.StateLog)),
        new("two entries change places, and all hashes are made anew", true, StartAndReaders, Reorder),
        new("an entry is taken out, and all hashes are made anew", true, StartAndReaders,
            s => Splice(s, Middle, 1, [])),
        new("an entry is slipped in, and all hashes are made anew", true, StartAndReaders, Insert),
        new("an entry of another ledger takes the place of one, and all hashes are made anew", true, StartAndReaders,
            Graft),
        new("a payload is deleted, and the file says that it has expired", true, Notice.Readers,
            s => Strip(s, BlockPayload.Expired)),
        new("the same, and state.log says so too", true, StartAndReaders, Expire),
        new("the same, and a tombstone takes the place of an entry of `_audit`, and all hashes are made anew", true,
            StartAndReaders, ForgeTombstone),
        new("the same, and it is signed with the store's own key", true, Notice.Start | Notice.Kept | Notice.Anchor,
            ForgeAndSign),
        new("a tombstone is forged in state.log, and the payload left where it is", true, StartAndReaders,
            s => Forge(s, StateRecordType.Tombstone, new TombstoneRecord(0, 65_536, 7, 1, "age").Encode())),
        new("a tombstone is forged in state.log of `_audit`", true, StartAndReaders, HideAudit),
        new("state.log says that a segment has expired, and names no file", true, Notice.Readers,
            s => Forge(s, StateRecordType.Tier, new TierRecord(0, 77, SegmentTier.Expired, 20_000, 0, "").Encode())),
        new("a payload is deleted, and the file says that it is in the cold store", true, Notice.Readers,
            s => Strip(s, BlockPayload.Elsewhere)),
        new("the same, and state.log names a place there", true, Notice.Verifiers,
            s => NamePlace(s, place: null)),
        new("the same, and that place is a path to a copy outside of the cold store", true, Notice.Readers,
            HideOutside),
        new("a tile is overwritten", true, Notice.Readers, DropTile),
        new("a root in state.log is changed", true, StartAndReaders, ChangeKeptRoot),
        new("a checkpoint is replaced by noise", true, StartAndReaders, SpoilCheckpoints),
        new("an entry is changed, everything is made anew, and signed with another key", true, StartAndReaders,
            s => ChangeAndSign(s, s.Home.OtherKey)),
        new("the origin of a ledger is changed", true, StartAndReaders, ChangeOrigin),
        new("a ledger is taken out of the catalog", true, Notice.Start | Notice.Verifiers, DropLedger),
        new("the size in state.log is lowered", true, Notice.Start | Notice.Verifiers, LowerSize),
        new("the end is cut off", true, Notice.Start | Notice.Verifiers,
            s => Splice(s, 100_000, TamperHome.Size - 100_000, [])),
        new("the end is cut off, and the newest checkpoints with it", true, Notice.Start | Notice.Verifiers, CutBehind),
        new("the same, and every trace of checkpoints in the journal is wiped", true, Notice.Start | Notice.Verifiers,
            CutAndWipe),
        new("the same, down to a size that was signed, and the newest time in the journal is made right", true,
            StartAndMemory, s => CutToSigned(s)),
        new("`_audit` is emptied and every trace of it wiped, and the catalog says that a ledger is frozen", true,
            Notice.Start | Notice.Verifiers, EmptyAudit),
        new("the same, and its checkpoint is taken out of the anchor", true, Notice.Start | Notice.Verifiers, s =>
        {
            EmptyAudit(s);
            s.DropFromAnchor(LedgerName.Audit);
        }),
        new("state.log says another length of a segment", true, Notice.Readers, s => ChangeSealed(
            s, record => record with { FileBytes = record.FileBytes - 8 })),
        new("state.log says other times of a segment", true, Notice.Readers, s => ChangeSealed(
            s, record => record with { LastMicros = record.LastMicros + 1 })),
        new("an older copy of the directory is put back", false, Notice.Start | Notice.Kept | Notice.Anchor,
            s => s.ReplaceBy(s.Home.Older)),
        new("the same, and other entries are appended and signed elsewhere", false, StartAndMemory,
            s => s.ReplaceBy(s.Home.Forked)),
        new("an entry is changed, everything is made anew, and signed with the store's own key", true,
            Notice.Start | Notice.Kept | Notice.Anchor, s => ChangeAndSign(s, s.Home.Key)),
        new("an older copy of the directory is put back, and one of the anchor", false, Notice.Kept | Notice.Witness,
            s => s.ReplaceWithAnchor(s.Home.Older)),
        new("the same, and other entries are appended and signed by the store", false, Notice.Kept | Notice.Witness,
            s => s.ReplaceWithAnchor(s.Home.Forked)),
        new("an entry is changed, everything is made anew, signed with the store's own key, and the anchor too", true,
            Notice.Kept | Notice.Witness, ChangeSignAndAnchor),
        new("the anchor is deleted", false, Notice.Start | Notice.Anchor, s => File.Delete(s.Anchor)),
        new("an entry that is not signed yet is changed in the journal", true, Notice.None, ChangeUnsigned),
    ];

    /// <summary>The table as docs/SECURITY.md has it.</summary>
    public static string Table()
    {
        StringBuilder table = new();
        table.Append("| what is done to the files of a stopped store | checksums | start | scrubber | `verify` | ");
        table.Append("`verify` with a kept checkpoint | `verify` with the anchor | witness |\n");
        table.Append("|---|---|---|---|---|---|---|---|\n");
        foreach (Attack attack in All)
        {
            string checksums = attack.WithChecksums ? "made right" : "";
            table.Append(CultureInfo.InvariantCulture, $"| {attack.Name} | {checksums} ");
            foreach (Notice who in (Notice[])
                [Notice.Start, Notice.Scrubber, Notice.Verify, Notice.Kept, Notice.Anchor, Notice.Witness])
            {
                table.Append(attack.Promised.HasFlag(who) ? "| yes " : "| no ");
            }

            table.Append("|\n");
        }

        return table.ToString();
    }

    private static void FlipByte(TamperedStore store) =>
        TamperedStore.Change(store.SegmentFile(Ledger, 0), bytes => bytes[100_000] ^= 1);

    private static void Cut(string file) => TamperedStore.Replace(file, File.ReadAllBytes(file)[..^50_000]);

    private static void SwapFiles(TamperedStore store)
    {
        string one = store.SegmentFile(Ledger, 0);
        string two = store.SegmentFile(Other, 0);
        byte[] bytes = File.ReadAllBytes(one);
        TamperedStore.Replace(one, File.ReadAllBytes(two));
        TamperedStore.Replace(two, bytes);
    }

    private static void Reorder(TamperedStore store)
    {
        // Two entries of one batch have one time: only their order says which was first.
        LedgerEditor editor = store.Edit(Ledger);
        (editor.Entries[Middle + 1], editor.Entries[Middle + 2]) =
            (editor.Entries[Middle + 2], editor.Entries[Middle + 1]);
        editor.Save(Rebuild.StateLog);
    }

    private static void Splice(TamperedStore store, int at, int count, byte[][] inserted)
    {
        LedgerEditor editor = store.Edit(Ledger);
        editor.Entries.RemoveRange(at, count);
        editor.Entries.InsertRange(at, inserted);
        editor.Save(Rebuild.StateLog);
    }

    private static void Insert(TamperedStore store) =>
        Splice(store, Middle, 0, [store.Edit(Ledger).Entries[Middle]]);

    private static void Graft(TamperedStore store)
    {
        LedgerEditor editor = store.Edit(Ledger);
        byte[] entry = [.. store.Edit(Other).Entries[Middle]];

        // With the time of the entry that it replaces, so that the times of the ledger stay in order.
        editor.Entries[Middle].AsSpan(0, 9).CopyTo(entry);
        editor.Entries[Middle] = entry;
        editor.Save(Rebuild.StateLog);
    }

    private static void DropTile(TamperedStore store)
    {
        LedgerEditor editor = store.Edit(Ledger);
        for (int i = 0; i < 256; i++)
        {
            editor.Tiles[i] = default;
        }

        editor.Save(Rebuild.Blocks);
    }

    private static void Strip(TamperedStore store, BlockPayload payload)
    {
        string file = store.SegmentFile(Ledger, 0);
        PayloadThief.Strip(file, file, store.Identity(Ledger, 0), 10..20, payload);
    }

    private static void Expire(TamperedStore store)
    {
        Strip(store, BlockPayload.Expired);
        long length = new FileInfo(store.SegmentFile(Ledger, 0)).Length;
        ChangeSealed(store, sealedOne => sealedOne.Segment == 0 ? sealedOne with { FileBytes = length } : sealedOne);
        TombstoneRecord record = new(10 * 256, 10 * 256, TamperHome.LateEvent, 1, "age");
        store.RewriteState(
            store.Find(Ledger).Ledger.Id,
            (type, body) => [(type, body)],
            ((ushort)StateRecordType.Tombstone, record.Encode()));
    }

    private static void Forge(TamperedStore store, StateRecordType type, byte[] body) => store.RewriteState(
        store.Find(Ledger).Ledger.Id, (kind, old) => [(kind, old)], ((ushort)type, body));

    private static void HideAudit(TamperedStore store) => store.RewriteState(
        store.Find(LedgerName.Audit).Ledger.Id,
        (kind, old) => [(kind, old)],
        ((ushort)StateRecordType.Tombstone, new TombstoneRecord(0, 256, 7, 1, "age").Encode()));

    private static void ForgeTombstone(TamperedStore store)
    {
        LedgerEditor editor = store.Edit(Ledger);
        CompactRange range = new();
        range.Append(editor.Tiles.Skip(10 * 256).Take(10 * 256).ToArray());
        Expire(store);
        LedgerEditor audit = store.Edit(LedgerName.Audit);
        audit.Entries[TamperHome.LateEvent] = TombstoneEntry.Make(
            BundleFormat.ReceivedMicros(audit.Entries[TamperHome.LateEvent]),
            Ledger,
            10 * 256,
            10 * 256,
            range.Root());
        audit.Save(Rebuild.StateLog);
    }

    private static void ForgeAndSign(TamperedStore store)
    {
        ForgeTombstone(store);
        WipeJournal(store);
        store.Resign(LedgerName.Audit, store.Home.Key);
    }

    private static void HideOutside(TamperedStore store)
    {
        string hidden = Path.GetFileName(store.Data) + ".hidden";
        File.Copy(store.SegmentFile(Ledger, 0), Path.Combine(Path.GetDirectoryName(store.Data)!, hidden));
        Directory.CreateDirectory(store.Home.Cold);
        NamePlace(store, "../" + hidden);
    }

    /// <param name="place">Null: what a store calls it.</param>
    private static void NamePlace(TamperedStore store, string? place)
    {
        SegmentIdentity identity = store.Identity(Ledger, 0);
        LedgerStateLog.Open(
            store.Files, store.Paths, identity.StoreId, identity.LedgerId, FileAccessMode.ReadOnly, out var state);
        place ??= TierRecord.NameOf(identity.StoreId, identity.LedgerId, 0, state.Sealed[0].Root);
        string tiles = store.Paths.Tiles(identity.LedgerId, 0, identity.Generation);
        (long before, long after) = PayloadThief.Strip(
            store.SegmentFile(Ledger, 0), tiles, identity, .., BlockPayload.Elsewhere);
        TierRecord record = new(0, identity.Generation, SegmentTier.Cold, after, before, place);
        store.RewriteState(
            identity.LedgerId,
            (type, body) => [(type, body)],
            ((ushort)StateRecordType.Tier, record.Encode()));
    }

    private static void ChangeKeptRoot(TamperedStore store) => ChangeSealed(
        store, record => record with { Root = Hash256.FromHex(new string('7', 64)) });

    private static void ChangeSealed(TamperedStore store, Func<SealedRecord, SealedRecord> change) =>
        store.RewriteState(
            store.Find(Ledger).Ledger.Id,
            (type, body) =>
            {
                if ((StateRecordType)type == StateRecordType.Sealed)
                {
                    change(SealedRecord.Decode(body)).Encode(body);
                }

                return [(type, body)];
            });

    /// <summary>A careful attacker knows that old frames hold checkpoints that contradict him.</summary>
    private static void WipeJournal(TamperedStore store)
    {
        byte[] blank = [.. "\n\n\u2014 "u8];
        foreach (string file in Directory.GetFiles(store.Paths.JournalDirectory))
        {
            TamperedStore.Change(file, bytes =>
            {
                for (int from = 0, at; (at = bytes.AsSpan(from).IndexOf(blank)) >= 0; from += at)
                {
                    bytes.AsSpan(from + at, blank.Length).Clear();
                }
            });
        }
    }

    private static void SpoilCheckpoints(TamperedStore store) => store.RewriteState(
        store.Find(Ledger).Ledger.Id,
        (type, body) =>
        {
            if ((StateRecordType)type == StateRecordType.Checkpoint)
            {
                // The last byte of the note is its line feed; before it stands the signature.
                body[^10] ^= 1;
            }

            return [(type, body)];
        });

    private static void ChangeAndSign(TamperedStore store, SigningKey key)
    {
        store.ChangeEntry(Ledger, Middle, Rebuild.StateLog);
        store.Resign(Ledger, key);
        WipeJournal(store);
    }

    private static void ChangeSignAndAnchor(TamperedStore store)
    {
        ChangeAndSign(store, store.Home.Key);
        File.Delete(store.Anchor);
        store.Home.Open(store.Data, TimeSpan.FromHours(1), acceptMissingAnchor: true).Dispose();
    }

    private static void LowerSize(TamperedStore store) => store.RewriteState(
        store.Find(Ledger).Ledger.Id,
        (type, body) =>
        {
            if ((StateRecordType)type == StateRecordType.Flushed)
            {
                (FlushedRecord.Decode(body) with { Size = 100_000 }).Encode(body);
            }

            return [(type, body)];
        });

    private static void ChangeOrigin(TamperedStore store)
    {
        string old = store.Find(Ledger).Ledger.Origin;
        store.RewriteCatalog((type, body) =>
            (CatalogRecordType)type == CatalogRecordType.Created && CreatedRecord.Decode(body) is var created
                && created.Origin == old
                ? [(type, (created with { Origin = "ledger.example.org/other" }).Encode())]
                : [(type, body)]);
    }

    private static void DropLedger(TamperedStore store)
    {
        uint id = store.Find(Ledger).Ledger.Id;
        store.RewriteCatalog((type, body) => (CatalogRecordType)type switch
        {
            CatalogRecordType.Created when CreatedRecord.Decode(body).LedgerId == id => [],
            CatalogRecordType.Said when SaidRecord.Decode(body).LedgerId == id => [],
            _ => [(type, body)],
        });
    }

    private static void CutBehind(TamperedStore store)
    {
        store.DropCheckpoints(Ledger, above: TamperHome.OlderSize);
        Splice(store, 100_000, TamperHome.Size - 100_000, []);
        foreach (string file in Directory.GetFiles(store.Paths.SegmentsDirectory(store.Find(Ledger).Ledger.Id)))
        {
            if (StorePaths.TryParseSegment(Path.GetFileName(file), out long segment, out _) && segment > 1)
            {
                File.Delete(file);
            }
        }
    }

    private static void CutAndWipe(TamperedStore store)
    {
        CutBehind(store);
        WipeJournal(store);
    }

    private static void CutToSigned(TamperedStore store)
    {
        CutAndWipe(store);
        Splice(store, TamperHome.OlderSize, 100_000 - TamperHome.OlderSize, []);
        store.SetNewestTime(LedgerName.Audit, Ledger, Other);
    }

    private static void EmptyAudit(TamperedStore store)
    {
        uint id = store.Find(Ledger).Ledger.Id;
        WipeJournal(store);
        Directory.Delete(store.Paths.LedgerDirectory(store.Find(LedgerName.Audit).Ledger.Id), recursive: true);
        store.RewriteCatalog((type, body) => (CatalogRecordType)type switch
        {
            CatalogRecordType.Said or CatalogRecordType.Facts or CatalogRecordType.Settled => [],
            CatalogRecordType.Created when CreatedRecord.Decode(body) is var created && created.LedgerId == id =>
            [
                (type, body),
                ((ushort)CatalogRecordType.Frozen, new FrozenRecord(id, created.CreatedMicros, "over").Encode()),
            ],
            _ => [(type, body)],
        });
        store.SetNewestTime(Ledger, Other);
    }

    private static void ChangeUnsigned(TamperedStore store)
    {
        store.ReplaceBy(store.Home.Unsigned);
        store.ChangeJournal("unsigned payment 140020"u8);
    }
}
