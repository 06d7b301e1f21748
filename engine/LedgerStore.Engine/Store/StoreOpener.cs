// Opens or creates a store: lock, identity, catalog, journal, recovery, in this order, and only then is it served.
// Runs once, on the caller's thread.
using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

/// <summary>How a store comes up.</summary>
internal sealed partial class StoreOpener(
    IFileSystem files, StoreOptions options, StoreTuning tuning, RandomNumberGenerator random)
{
    private readonly StorePaths _paths = new(options.Directory);
    private BegunFiles? _begun;

    // Ledgers whose files and journal contradict each other, found by a try before: they are opened by their files.
    private readonly Dictionary<uint, Exception> _apart = [];

    /// <summary>Recovered, flushed, with an empty journal: ready for appends, but no thread runs yet.</summary>
    public StoreCore Open()
    {
        tuning.Check();
        while (true)
        {
            try
            {
                return TryOpen();
            }
            catch (OverlaidException found)
            {
                // Nothing was committed. Each try sets one more ledger apart, so there are no more than ledgers.
                _apart.Add(found.LedgerId, found.Damage);
                _begun?.TakeBack();
            }
        }
    }

    private StoreCore TryOpen()
    {
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
            core = Make(identity, plan.LastFrame, facts.LastMicros, directoryLock);
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
            // Copies of a store often lack a directory that was empty.
            CreateMissing(_paths.QuarantineDirectory);

            // A process that was killed may have left the name in memory only, and a power cut would take it, and with
            // it everything that is acknowledged from here on.
            files.SyncDirectory(_paths.Root);
            return StoreFileAccess.Load(files, _paths);
        }

        RequireNoStore();

        // A crash between two of these leaves some of them: the next start makes the others. store.json comes last,
        // so a directory that has it has everything.
        string[] directories = [_paths.JournalDirectory, _paths.LedgersDirectory, _paths.QuarantineDirectory];
        foreach (string directory in directories)
        {
            CreateMissing(directory);
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

    private void CreateMissing(string directory)
    {
        if (!files.Exists(directory))
        {
            files.CreateDirectory(directory);
        }
    }

    /// <summary>Where store.json was taken away, nothing is made in its place: only that file says whose the others
    /// are. What a crash leaves of a store that is being made holds no files yet but an empty catalog.</summary>
    private void RequireNoStore()
    {
        string? found = files.Exists(_paths.Keys)
            ? _paths.Keys
            : FirstIn(_paths.JournalDirectory)
                ?? FirstIn(_paths.LedgersDirectory)
                ?? FirstIn(_paths.QuarantineDirectory);
        if (found is not null)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"'{_paths.StoreFile}' is missing, which says whose store this is, and '{found}' is there. Nothing was "
                + "changed; put it back, or restore a backup");
        }
    }

    private string? FirstIn(string directory) =>
        files.Exists(directory) && files.List(directory) is [var first, ..] ? $"{directory}/{first}" : null;

    private UInt128 NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private StoreCore Make(StoreFile identity, long lastFrame, long lastMicros, IDisposable directoryLock)
    {
        Reserve reserve = new(
            files, _paths.Reserve, new Backlog(new SpaceBudget(options.ReserveBytes, tuning.BufferBytes)));
        ReservingFileSystem space = new(files, reserve);
        _begun = options.ReadOnly ? null : new(files, space, _paths, identity.StoreId, reserve);
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
        StoreGround ground = new(
            space,
            _paths,
            identity,
            services,
            new StoreClock(options.Time, lastMicros).NextStamp,
            options.Time,
            options.ReadOnly ? FileAccessMode.ReadOnly : FileAccessMode.ReadWrite);
        return new StoreCore(ground, reserve, options, tuning, random, (lastFrame, lastMicros), directoryLock);
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
}
