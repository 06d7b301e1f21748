// The core's part that decides whether a store may sign: its key, its anchor; and rotates the key.
// BeginSigning runs while the store is opened; RunAnchor belongs to one thread; RotateKey is for any.
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Recovery;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    private AnchorKeeper? _anchor;

    /// <summary>An operator had the store opened although its anchor was missing.</summary>
    public bool SignsWithoutAnchor { get; private set; }

    public bool RunAnchor() => _anchor?.RunOnce() ?? false;

    /// <summary>Compares key and anchor with the store, and refuses what must not be signed. Everything that was signed
    /// is known by now; nothing of the store has been changed.</summary>
    /// <param name="found">What looks like a checkpoint in the journal's files, whoever needs these; null: nobody
    /// looked.</param>
    /// <exception cref="StoreException">KeyMismatch, AnchorMissing, RollbackDetected, Corruption.</exception>
    public void BeginSigning(NoteScan? found)
    {
        if (Signing is not { } signing)
        {
            return;
        }

        AnchorPath.Check(Ground.Files, Ground.Paths.Root, signing.AnchorPath);
        if (signing.ReadOnlySuspect)
        {
            Gate.RefuseForGood(new StoreException(
                StoreReason.RollbackDetected,
                "the store is served as suspect, for reading only: nothing is appended and nothing is signed"));
            return;
        }

        CheckKey(signing.Key);
        AnchorFile anchor = new(Ground.Files, signing.AnchorPath, Ground.StoreId);
        bool hasAnchor = anchor.TryLoad();
        bool hasSigned = Keys.Current is not null;
        if (!hasSigned)
        {
            CheckNeverSigned(anchor);
        }

        if (!hasAnchor && hasSigned && !signing.AcceptMissingAnchor)
        {
            throw new StoreException(
                StoreReason.AnchorMissing,
                $"the anchor '{signing.AnchorPath}' is missing, and the store has signed before. Without it nobody "
                + "would notice that this is an older copy of the data. Restore it; or, if you know that the data is "
                + "the newest, open the store once with the missing anchor accepted, which is recorded");
        }

        SaveRestored(Ledgers.CheckAnchored(Catalog, anchor.Newest));
        if (hasSigned && found is not null)
        {
            SaveRestored(Ledgers.CheckAnchored(Catalog, SignedIn(found, anchor.Newest)));
        }

        RequireAudit(anchor.Newest.Keys);
        if (hasAnchor)
        {
            Reach(anchor.SyncName);
        }
        else
        {
            BeginAnchor(anchor, hasSigned);
        }

        _anchor = new AnchorKeeper(anchor, Ground.SteadyNanos);
        foreach (OpenLedger log in Ledgers.All)
        {
            // Before a kill it had no second to reach the anchor, and of a damaged ledger nothing else may keep it.
            if (Ledgers.Check(log).Newest is { } newest
                && newest.Size > (anchor.Newest.TryGetValue(log.Id, out CheckpointRecord? known) ? known.Size : 0))
            {
                _anchor.Note(log.Id, newest);
            }
        }

        // Behind the anchor: a crash in between leaves an empty anchor and a store that never signed, not one that has
        // lost its anchor.
        if (!hasSigned)
        {
            Keys.AdoptFirst(signing.Key, Ground.Clock());
        }
    }

    /// <summary>Goes over to another key: all ledgers get a checkpoint that both keys sign. A store with one key for
    /// all ledgers goes over to a key for each, with the same store's key if that is what is given.</summary>
    /// <exception cref="StoreException">SigningStopped, InvalidArgument, Busy; DiskFull: the old key goes
    /// on.</exception>
    public Task RotateKey(SigningKey next)
    {
        ThrowIfUnwritable();
        if ((WhyNotSigned() ?? WhyNotTakenOver()) is { } why)
        {
            throw why;
        }

        if (Keys.Current is { Scheme: KeyScheme.Derived } current && current.IsOf(next))
        {
            throw new StoreException(StoreReason.InvalidArgument, "the new signing key is the one in use");
        }

        Task done = Checkpointer!.RotateAsync(next, OpenAll);
        if (Poison.Cause is { } cause)
        {
            Checkpointer.FailRotation(cause);
        }

        return done;
    }

    /// <summary>What verifiers are told about the keys of a ledger.</summary>
    public IReadOnlyList<LedgerKey> KeysOf(OpenLedger ledger)
    {
        List<LedgerKey> found = [];
        if (Keys.KeysOf(ledger.Id, ledger.Origin) is { } keys)
        {
            IReadOnlyList<RotatedRecord> rotations = Keys.RotationsOf(ledger.Id);
            for (int i = 0; i < keys.Keys.Length; i++)
            {
                LogKey key = keys.Keys[i];
                byte[] statement = i == 0 ? [] : rotations[i - 1].Statement;
                found.Add(new LedgerKey(key.Key.ToString(), (long)key.FirstSize, (long?)key.LastSize, statement));
            }
        }

        return found;
    }

    /// <summary>Entries of all ledgers, without opening one.</summary>
    public long CountEntries()
    {
        HashSet<uint> open = [];
        long entries = 0;
        foreach (OpenLedger log in Ledgers.All)
        {
            open.Add(log.Id);
            entries += log.Durable.Value;
        }

        return entries + (_anchor?.SizeWithout(open) ?? 0);
    }

    /// <summary>Entries that no checkpoint covers yet. A ledger that is not open has none.</summary>
    public long CountUnsigned() => Ledgers.All.Sum(log => Math.Max(0, log.Durable.Value - log.Published.Value));

    /// <summary>How far the anchor is; null in a store without one.</summary>
    public AnchorFacts? AnchorFacts => _anchor?.Facts();

    /// <summary>The last words to the anchor. Alone.</summary>
    private void AnchorLast() => _anchor?.TryWrite();

    private void CheckKey(SigningKey key)
    {
        if (Keys.Current is not { } current || current.IsOf(key))
        {
            return;
        }

        // The keys of ledgers cannot be told without the key that they are derived from: that one is named.
        CatalogLedger? ledger = Catalog.SortedByName()
            .FirstOrDefault(static one => !LedgerName.IsReserved(one.Name));
        string name = current.Scheme == KeyScheme.Shared && ledger is not null
            ? ledger.Origin
            : Ground.Identity.PublicName;
        throw new StoreException(
            StoreReason.KeyMismatch,
            $"the store's checkpoints are signed by another key: for '{name}' the expected key id is "
            + $"{StoreKeys.Named(name, current.PublicKey).Id}, the given key has "
            + $"{StoreKeys.Named(name, key.PublicKey).Id}. Give the right key, or rotate to the new one");
    }

    /// <summary>A key log that names no key, beside checkpoints, was emptied or exchanged: whatever is signed now would
    /// be by another scheme or another key than verifiers know.</summary>
    private void CheckNeverSigned(AnchorFile anchor)
    {
        string? signed = anchor.Newest.Count > 0 ? "the anchor" : null;
        foreach (CatalogLedger ledger in signed is null ? Catalog.SortedByName() : [])
        {
            signed = HasCheckpoint(ledger) ? $"ledger '{ledger.Name}'" : signed;
        }

        if (signed is not null)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"the key log '{Ground.Paths.Keys}' names no key, and there are checkpoints in {signed}: it was "
                + "emptied or exchanged. Nothing is signed. Restore it from a backup");
        }
    }

    private bool HasCheckpoint(CatalogLedger ledger)
    {
        try
        {
            return Ledgers.IsOpen(ledger.Id)
                ? Ledgers.GetChecked(ledger.Id).Newest is not null
                : Ground.Files.Exists(Ground.Paths.StateLog(ledger.Id))
                    && Ledgers.ReadState(ledger.Id).Checkpoints.Count > 0;
        }
        catch (Exception damage) when (damage is StoreException or StorageException)
        {
            // Opening the ledger says what is wrong with it.
            return false;
        }
    }

    /// <summary>Readers are shown these checkpoints from now on: they must be in the ledgers' files before the journal
    /// goes in which a part of a frame was all that held them.</summary>
    private void SaveRestored(IReadOnlyList<OpenLedger> ledgers)
    {
        foreach (OpenLedger ledger in ledgers.Where(static one => one.Damage is null))
        {
            Bundler.Touch(ledger, Journal.LastNumber);
        }
    }

    /// <summary>The largest checkpoint of each ledger that is signed by its key, of those that were found and are newer
    /// than the anchor's.</summary>
    /// <remarks>There is none, most often, and then no signature is checked. Whoever may append can put many likenesses
    /// of one into the journal: they must not make a start long.</remarks>
    private Dictionary<uint, CheckpointRecord> SignedIn(
        NoteScan found, IReadOnlyDictionary<uint, CheckpointRecord> anchored)
    {
        int checksLeft = 4096;
        Dictionary<uint, CheckpointRecord> newest = [];
        foreach (CatalogLedger ledger in Catalog.SortedByName())
        {
            long known = anchored.TryGetValue(ledger.Id, out CheckpointRecord? record) ? record.Size : 0;
            LogKeySet? keys = null;
            foreach (FoundNote note in found.Of(ledger.Origin).TakeWhile(note => note.Record.Size > known))
            {
                if (--checksLeft < 0)
                {
                    return newest;
                }

                keys ??= Keys.CheckedKeysOf(ledger.Id, ledger.Origin);
                if (keys is not null && IsSigned(note.Record, keys))
                {
                    newest.Add(ledger.Id, note.Record);
                    break;
                }
            }
        }

        return newest;
    }

    private static bool IsSigned(CheckpointRecord record, LogKeySet keys)
    {
        try
        {
            keys.Open(record.Note, VerifierKeys.None);
            return true;
        }
        catch (Exception refused) when (refused is VerificationFailedException or MalformedDataException)
        {
            // An application may append the likeness of a checkpoint.
            return false;
        }
    }

    /// <summary>Does something to the anchor's volume, which is not the store's.</summary>
    private static void Reach(Action anchor)
    {
        try
        {
            anchor();
        }
        catch (StorageException failed)
        {
            throw new StoreException(
                StoreReason.SigningStopped, $"the anchor cannot be written: {failed.Message}", failed);
        }
    }

    /// <summary>A new anchor begins with everything that was signed.</summary>
    private void BeginAnchor(AnchorFile anchor, bool hasSigned)
    {
        Dictionary<uint, CheckpointRecord> newest = [];
        foreach (CatalogLedger ledger in Catalog.SortedByName())
        {
            if (hasSigned && Ledgers.GetChecked(ledger.Id).Newest is { } record)
            {
                newest.Add(ledger.Id, record);
            }
        }

        if (hasSigned)
        {
            Keys.RecordMissingAnchor(Ground.Clock());
            SignsWithoutAnchor = true;
        }

        Reach(() => anchor.Write(newest));
    }

    private List<OpenLedger> OpenAll()
    {
        List<OpenLedger> all = [];
        foreach (CatalogLedger ledger in Catalog.SortedByName())
        {
            all.Add(Ledgers.GetChecked(ledger.Id));
        }

        return all;
    }
}
