// `_audit` taken away from a stopped store, with every trace of it, and the files made to claim what they like: no
// start takes the claims over into a new `_audit` and signs them. GoldenSignedTests and AuditedChangesTests have the
// stores of before, which are taken over.

using LedgerStore.Engine;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class LostAuditTests : IDisposable
{
    private const uint Payments = 1;
    private readonly SignedDirectory _directory = new();
    private readonly LinuxFileSystem _files = new();

    /// <summary>What is left of <c>_audit</c> in the catalog.</summary>
    public enum Left
    {
        /// <summary>Its name, and where it says what.</summary>
        Everything,

        /// <summary>Its name alone.</summary>
        Name,

        Nothing,
    }

    /// <summary>What is done to the anchor.</summary>
    public enum AnchorIs
    {
        Whole,
        WithoutAudit,
        Removed,
    }

    public static TheoryData<Left, AnchorIs> Attacks
    {
        get
        {
            TheoryData<Left, AnchorIs> all = [];
            foreach (Left left in Enum.GetValues<Left>())
            {
                foreach (AnchorIs anchor in Enum.GetValues<AnchorIs>())
                {
                    all.Add(left, anchor);
                }
            }

            return all;
        }
    }

    private StorePaths Paths => new(_directory.Data);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_start_takes_over_no_claims_where_a_store_has_lost_its_audit_ledger(Left left, AnchorIs anchor)
    {
        await Fill();
        SignedDirectory.Copy(_directory.Data, _directory.Beside("kept"));
        File.Copy(_directory.Anchor, _directory.Beside("kept-anchor"));
        Directory.Delete(Paths.LedgerDirectory(Catalog.AuditId), recursive: true);
        WipeNotes();
        ForgeClaims(left);
        ChangeAnchor(anchor);
        for (int start = 0; start < 2; start++)
        {
            StoreException refused = Assert.Throws<StoreException>(() => Open(anchor).Dispose());
            Assert.Equal(
                anchor == AnchorIs.Whole ? StoreReason.RollbackDetected : StoreReason.AuditDamaged, refused.Reason);
            Assert.Equal(anchor != AnchorIs.Removed, File.Exists(_directory.Anchor));
        }

        // What is put back is as it was.
        _directory.Restore(_directory.Beside("kept"));
        File.Copy(_directory.Beside("kept-anchor"), _directory.Anchor, overwrite: true);
        using Store again = Open(AnchorIs.Whole);
        Assert.Equal(300, again.GetLedger("payments").Size);
        Assert.Single(again.GetLedger("payments").Holds);
    }

    private async Task Fill()
    {
        using Store store = Open(AnchorIs.Whole);
        Ledger payments = store.CreateLedger("payments");
        payments.SetRetention(new RetentionPolicy { Floor = TimeSpan.FromDays(3_650) });
        payments.PlaceHold(0, 0, "case 17", "legal");
        await SignedDirectory.AppendSigned(payments, 300);
        await store.GetLedger("_audit").WaitForCheckpointAsync(store.GetLedger("_audit").Size);
    }

    private Store Open(AnchorIs anchor) =>
        _directory.Open(_directory.Signing with { AcceptMissingAnchor = anchor == AnchorIs.Removed });

    /// <summary>The hold is gone, the floor too, and the ledger is frozen.</summary>
    private void ForgeClaims(Left left)
    {
        UInt128 storeId = StoreFileAccess.Load(_files, Paths).StoreId;
        LogEditor.Rewrite(
            Paths.StateLog(Payments),
            new CommittedLogIdentity(CommittedLogKind.State, storeId, Payments),
            static (type, body) => (StateRecordType)type == StateRecordType.Hold ? [] : [(type, body)]);
        LogEditor.Rewrite(
            Paths.Catalog,
            new CommittedLogIdentity(CommittedLogKind.Catalog, storeId, 0),
            (type, body) => (CatalogRecordType)type switch
            {
                CatalogRecordType.Retention => [],
                CatalogRecordType.Said or CatalogRecordType.Facts or CatalogRecordType.Settled
                    when left != Left.Everything => [],
                CatalogRecordType.Created when left == Left.Nothing && CreatedRecord.Decode(body).LedgerId == 0 => [],
                _ => [(type, body)],
            },
            ((ushort)CatalogRecordType.Frozen, new FrozenRecord(Payments, 1, "over").Encode()));
    }

    private void WipeNotes()
    {
        byte[] sign = [.. "\n\n\u2014 "u8];
        foreach (string file in Directory.GetFiles(Paths.JournalDirectory))
        {
            TamperedStore.Change(file, bytes =>
            {
                for (int at; (at = bytes.AsSpan().IndexOf(sign)) >= 0;)
                {
                    bytes.AsSpan(at, sign.Length).Clear();
                }
            });
        }
    }

    private void ChangeAnchor(AnchorIs anchor)
    {
        if (anchor == AnchorIs.Whole)
        {
            return;
        }

        UInt128 storeId = StoreFileAccess.Load(_files, Paths).StoreId;
        AnchorFile read = new(_files, _directory.Anchor, storeId);
        Assert.True(read.TryLoad());
        File.Delete(_directory.Anchor);
        if (anchor == AnchorIs.WithoutAudit)
        {
            Assert.Contains(Catalog.AuditId, read.Newest.Keys);
            new AnchorFile(_files, _directory.Anchor, storeId)
                .Write([.. read.Newest.Where(static one => one.Key != Catalog.AuditId)]);
        }
    }
}
