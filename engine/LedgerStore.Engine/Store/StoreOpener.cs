// Opens or creates a store: lock, identity, catalog, journal, recovery, in this order, and only then is it served.
// Runs once, on the caller's thread.
using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Engine.Verification;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>How a store comes up.</summary>
internal sealed partial class StoreOpener(
    IFileSystem files, StoreOptions options, StoreTuning tuning, RandomNumberGenerator random)
{
    private readonly StorePaths _paths = new(options.Directory);
    private BegunFiles? _begun;

    /// <summary>Recovered, flushed, with an empty journal: ready for appends, but no thread runs yet.</summary>
    public StoreCore Open()
    {
        tuning.Check();
        if (options.ReadOnly)
        {
            return OpenReadOnly();
        }

        try
        {
            return OpenToWrite();
        }
        catch (Exception failed) when (IsUnwritable(failed))
        {
            throw CannotWrite(failed);
        }
        catch (StorageException full) when (full.IsRetryable)
        {
            throw NoSpaceToOpen(full);
        }
    }

    private StoreCore OpenToWrite()
    {
        if (!files.Exists(_paths.Root))
        {
            files.CreateDirectory(_paths.Root);
        }

        // Before anything is written: what the disk fails to take from here on is told.
        files.WatchFileSystem(_paths.Root);

        // Before any other file is touched: two processes on one directory would each be right and both be wrong.
        IDisposable directoryLock = files.Lock(_paths.Lock);
        StoreCore? core = null;
        try
        {
            StoreFile identity = LoadOrCreateIdentity();
            JournalFacts facts = new JournalScan(files, _paths.JournalDirectory, identity.StoreId).Run();
            RecoveryPlan plan = RecoveryPlan.Decide(facts, HasLedgerFiles());
            core = Wire(identity, plan.LastFrame, facts.LastMicros, directoryLock);
            RecoverOrSayWhatToFree(core, facts, plan);
            new UnfinishedChanges(core).Finish();
            core.FollowAudit();
            _begun!.Stop();
            return core;
        }
        catch (Exception failed)
        {
            bool isFull = failed is StoreException { Reason: StoreReason.DiskFull };

            // With everything that was opened: the caller may try again in this process.
            (core ?? directoryLock).Dispose();
            if (isFull)
            {
                _begun?.TakeBack();
            }

            throw;
        }
    }

    private void RecoverOrSayWhatToFree(StoreCore core, JournalFacts facts, RecoveryPlan plan)
    {
        try
        {
            Recover(core, facts, plan);
        }
        catch (StorageException full) when (full.IsRetryable)
        {
            throw NoSpaceToRecover(core, full);
        }
    }

    private bool HasLedgerFiles() => files.List(_paths.LedgersDirectory).Count > 0;

    private StoreFile LoadOrCreateIdentity()
    {
        if (files.Exists(_paths.StoreFile))
        {
            // A process that was killed may have left the name in memory only, and a power cut would take it, and with
            // it everything that is acknowledged from here on.
            files.SyncDirectory(_paths.Root);
            return StoreFileAccess.Load(files, _paths);
        }

        // A crash between two of these leaves some of them: the next start makes the others. store.json comes last,
        // so a directory that has it has everything.
        string[] directories = [_paths.JournalDirectory, _paths.LedgersDirectory, _paths.QuarantineDirectory];
        foreach (string directory in directories)
        {
            if (!files.Exists(directory))
            {
                files.CreateDirectory(directory);
            }
        }

        long createdMicros = (options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        StoreFile identity = new(NextId(), NextId(), createdMicros, options.PublicName);
        if (files.Exists(_paths.Catalog))
        {
            // Made for an identity that was never written down, so it holds no ledger.
            files.Delete(_paths.Catalog);
        }

        Catalog.Create(files, _paths, identity.StoreId);
        files.SyncDirectory(_paths.Root);

        // The name of the data directory itself: it may be new too.
        files.SyncDirectory(Path.GetDirectoryName(_paths.Root)!);
        StoreFileAccess.Save(files, _paths, identity);
        return identity;
    }

    private UInt128 NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private StoreCore Wire(StoreFile identity, long lastFrame, long lastMicros, IDisposable directoryLock)
    {
        Backlog backlog = new(new SpaceBudget(options.ReserveBytes, tuning.BufferBytes));
        Reserve reserve = new(files, _paths.Reserve, backlog);
        ReservingFileSystem space = new(files, reserve);
        _begun = options.ReadOnly ? null : new(files, space, _paths, identity.StoreId, reserve);
        StampSource clock = new(new StoreClock(options.Time, lastMicros));
        BundlePool pool = new(options.CacheBytes);
        SegmentServices services = new(
            new FilePool(space, StoreLimits.OpenFilesMax),
            new MappedSegments(files, StoreLimits.MappedSegmentsMax),
            pool,
            new BundleCache(pool, options.CacheBytes),
            options.OnDamage)
        {
            Cold = options.Cold ?? (options.ColdDirectory is { } directory
                ? new DirectoryColdStore(files, directory, _paths.ColdUsed)
                : null),
        };
        Probe(options.ReadOnly ? null : services.Cold);
        FileAccessMode mode = options.ReadOnly ? FileAccessMode.ReadOnly : FileAccessMode.ReadWrite;
        Catalog catalog = Catalog.Open(space, _paths, identity.StoreId, mode);
        SegmentEnvironment environment = new(services, _paths, identity.StoreId, clock.Next);
        LedgerOpener opener = new(space, environment, catalog, new DamageNotes(space, _paths), mode);
        int journalFiles = (int)Math.Max(4, options.JournalBudgetBytes / tuning.JournalFileBytes);
        StoreKeys keys = StoreKeys.Open(
            space, _paths, identity.StoreId, mode, options.Signing?.Key ?? options.KeyForReading);
        StoreParts parts = new(
            space,
            _paths,
            tuning,
            new FlushLimits(journalFiles / 2, journalFiles, tuning.HeldBytesMax),
            identity,
            catalog,
            new JournalPool(space, _paths.JournalDirectory, identity.StoreId, tuning.JournalFileBytes, NextNonce),
            services,
            reserve,
            backlog,
            new EntryBuilder(random),
            new BatchFingerprint(identity.StoreId),
            clock.Next,
            opener,
            options.Signing,
            keys,
            options.Time,
            directoryLock)
        {
            IsReadOnly = options.ReadOnly,
        };
        StoreCore core = new(parts, lastFrame, lastMicros, opener.Open)
        {
            TieringOptions = options.Tiering,
            Scrubber = new Scrubber(
                files, _paths, identity.StoreId,
                catalog,
                services.Withheld,
                WithOwnKey(options.Scrub, keys),
                options.Time,
                NextNonce() / (double)ulong.MaxValue)
            {
                NoticeAhead = options.Tiering.SecondCheckAfter,
            },
        };
        core.Scrubber.Claims = core.Claims.Scrub;
        core.Scrubber.IsEarly = () => core.Claims.IsEarly;
        core.Scrubber.AuditEntry = index => core.AuditProof.Read(index).Entry;
        return core;
    }

    /// <summary>A cold store that is away is asked again when it is needed; one that cannot be trusted is refused.
    /// </summary>
    private static void Probe(IColdStore? cold)
    {
        try
        {
            cold?.ProbeAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (ColdStoreException refused) when (refused.Failure == ColdStoreFailure.Refused)
        {
            throw new StoreException(
                StoreReason.InvalidArgument, $"the cold store cannot be used: {refused.Message}", refused);
        }
        catch (ColdStoreException)
        {
            // Away, or full: what is cold is away until it is back, and nothing moves.
        }
    }

    /// <summary>What is signed by the key that the store signs with is believed, and nothing else.</summary>
    private static ScrubOptions WithOwnKey(ScrubOptions scrub, StoreKeys keys) => scrub with
    {
        FindKeys = origin => scrub.FindKeys?.Invoke(origin)
            ?? (keys.OwnKeyOf(origin) is { } key ? LogKeySet.Trust(origin, key) : null),
    };

    private ulong NextNonce()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.GetBytes(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
