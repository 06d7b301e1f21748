// RecordedClaims: all that the files claim, compared while the store runs. Of the scrubber's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

internal sealed partial class RecordedClaims
{
    /// <summary>Reads store.json, the catalog, the key log and the state logs, and compares them with <c>_audit</c>.
    /// Where what is in memory differs too, what <c>_audit</c> says is followed.</summary>
    /// <param name="id">A ledger; null: all of them, and the store as a whole.</param>
    /// <param name="isClosed">Whether to give up: asked between bundles.</param>
    /// <returns>What is not confirmed.</returns>
    public IReadOnlyList<VerifyFinding> Scrub(uint? id, Func<bool> isClosed)
    {
        if (core.Catalog.Find(Catalog.AuditId) is null)
        {
            return [];
        }

        List<VerifyFinding> found = [];
        try
        {
            // Opened before the lock: see the order of locks.
            core.Ledgers.Get(Catalog.AuditId);
            foreach (CatalogLedger ledger in CompareFiles(id, isClosed, found))
            {
                if (isClosed())
                {
                    return found;
                }

                found.AddRange(CompareState(ledger));
            }
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            found.Add(Unread(damage.Message));
        }

        return found;
    }

    private CatalogLedger[] CompareFiles(uint? id, Func<bool> isClosed, List<VerifyFinding> found)
    {
        lock (_turn)
        {
            StoreFile store = null!;
            CatalogLedger[] ledgers = [];
            CatalogLedger[] inMemory = [];
            RotationBook rotations = RotationBook.Empty;
            IFileSystem files = core.Ground.Files;
            StorePaths paths = core.Ground.Paths;
            long size = Still(() =>
            {
                store = StoreFileAccess.Load(files, paths);
                ledgers = Catalog.Open(files, paths, store.StoreId, FileAccessMode.ReadOnly).SortedByName();
                rotations = RotationBook.Read(files, paths, store.StoreId);
                inMemory = core.Catalog.SortedByName();
            });
            if (ReadAll(size, isClosed) is { } why)
            {
                found.Add(Unread(why));
                return [];
            }

            ClaimsCheck ofStore = NewCheck();
            ofStore.CompareStore(store, ledgers, rotations);
            _ofStore = [.. ofStore.Findings.Select(static one => one.Evidence)];
            found.AddRange(id is null ? ofStore.Findings : []);
            foreach (CatalogLedger here in inMemory.Where(static one => one.Id != Catalog.AuditId))
            {
                if (Follow(here) && core.Ledgers.IsOpen(here.Id))
                {
                    Apply(core.Ledgers.Get(here.Id));
                }
            }

            CatalogLedger[] asked = [.. ledgers.Where(ledger => id is null || ledger.Id == id)];
            foreach (CatalogLedger ledger in asked)
            {
                ClaimsCheck check = NewCheck();
                check.Compare(ledger);
                found.AddRange(check.Findings);
                _unconfirmed[ledger.Id] = TextsOf(check);
            }

            return asked;
        }
    }

    /// <summary>Holds and tombstones, one ledger at a time: nobody who changes one waits for all of them.</summary>
    private IReadOnlyList<VerifyFinding> CompareState(CatalogLedger ledger)
    {
        lock (_turn)
        {
            LedgerState state = new();
            long size = Still(() =>
            {
                if (core.Ground.Files.Exists(core.Ground.Paths.StateLog(ledger.Id)))
                {
                    state = core.Ledgers.ReadState(ledger.Id);
                }
            });
            if (ReadAll(size, static () => false) is { } why)
            {
                return [Unread(why)];
            }

            ClaimsCheck check = NewCheck();
            check.CompareHolds(ledger, state.Holds);
            check.CompareExpired(ledger, state);
            _unconfirmed[ledger.Id] = [.. Of(ledger.Id), .. TextsOf(check)];
            return check.Findings;
        }
    }

    private static string[] TextsOf(ClaimsCheck check) =>
        [.. check.Findings.Select(static one => one.Evidence).Take(TextsMax)];

    private ClaimsCheck NewCheck() => new(_audit.Book, core.Ground.Paths, _audit.SignedSize, isSettled: true);

    private static VerifyFinding Unread(string why) => new(
        VerifyFindingKind.ClaimNotConfirmed,
        LedgerName.Audit,
        -1,
        0,
        null,
        -1,
        $"nothing that the files claim can be compared with {LedgerName.Audit}: {why}");
}
