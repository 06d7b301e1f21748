// One life of a simulated store that signs: every part is turned by hand, on one thread.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Crash;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Checkpoints;

internal sealed class SignedLife : IDisposable
{
    public const string Anchor = "/beside/anchor";

    // Never disposed: the whole test run uses them.
    public static readonly SigningKey OldKey = SigningKey.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray());
    public static readonly SigningKey NewKey = SigningKey.FromSeed(Enumerable.Repeat((byte)2, 32).ToArray());

    private readonly SigningModel _model;
    private readonly ManualTime _time;
    private readonly byte[] _payload = new byte[4096];
    private Task? _rotation;

    private SignedLife(StoreCore core, SigningModel model, ManualTime time)
    {
        Core = core;
        _model = model;
        _time = time;
    }

    public StoreCore Core { get; }

    public bool HasFailed => Core.Poison.IsSet;

    public static SimulatedFileSystem NewDisk(SimulatedOptions options)
    {
        SimulatedFileSystem disk = new(options);
        disk.CreateDirectory("/beside");
        disk.SyncDirectory("/");
        return disk;
    }

    /// <summary>Makes a store as it was before ledgers had keys of their own: nothing is signed, and the old key is to
    /// sign every ledger.</summary>
    public static void MakeShared(SimulatedFileSystem disk)
    {
        ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using (SignedLife life = Open(disk, new SigningModel(), time, seed: 99))
        {
            life.Close();
        }

        StorePaths paths = new("/data");
        disk.Delete(paths.Keys);
        UInt128 storeId = StoreFileAccess.Load(disk, paths).StoreId;
        CommittedLog log = CommittedLog.CreateNew(
            disk, paths.Keys, new CommittedLogIdentity(CommittedLogKind.Keys, storeId, 0));
        KeyRecord shared = new(0, 1, KeyScheme.Shared, OldKey.PublicKey.ToArray());
        log.Append((ushort)shared.Type, shared.Encode());
        log.CommitNow();
        disk.SyncDirectory(paths.Root);
    }

    /// <summary>Opens the store with the key that must be its own, and compares it with the model.</summary>
    public static SignedLife Open(IFileSystem files, SigningModel model, ManualTime time, ulong seed)
    {
        StoreCore core;
        if (model.Rotated)
        {
            core = OpenWith(files, time, seed, NewKey);
        }
        else
        {
            try
            {
                core = OpenWith(files, time, seed, OldKey);
            }
            catch (StoreException refused) when (
                refused.Reason == StoreReason.KeyMismatch && model.RotationAsked)
            {
                core = OpenWith(files, time, seed, NewKey);
                model.Rotated = true;
            }
        }

        SignedLife life = new(core, model, time);
        try
        {
            model.Check(core);
            return life;
        }
        catch
        {
            life.Dispose();
            throw;
        }
    }

    public void Append(string name, int count)
    {
        uint id = Core.Catalog.Find(name)?.Id ?? Core.CreateLedger(name, new LedgerOptions()).Id;
        int[] lengths = new int[count];
        Array.Fill(lengths, 8);
        OpenLedger log = Core.Ledgers.Get(id);
        Core.Ledgers.Check(log);
        ValueTask<AppendResult> answer = Core.Appends.AppendAsync(
            log,
            new RecordBatch { Lengths = lengths, Payload = _payload.AsSpan(0, 8 * count) },
            CancellationToken.None);

        // What becomes of it the next life finds out; here only what is published counts.
        _ = answer.AsTask().ContinueWith(
            static failed => _ = failed.Exception, TaskScheduler.Default);
    }

    public void Rotate()
    {
        if (_rotation is null && !_model.Rotated)
        {
            _model.RotationAsked = true;
            _rotation = Core.RotateKey(NewKey);
        }
    }

    public void Pass(int milliseconds) => _time.Pass(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Turns one part, as its thread does: what it throws stops the store.</summary>
    public bool Turn(Func<bool> part)
    {
        if (HasFailed)
        {
            return false;
        }

        try
        {
            return part();
        }
        catch (Exception failure) when (failure is not (SimulatedCrash or ProcessKilledException))
        {
            Core.Poison.TrySet(failure);
            Core.FailHeld();
            return false;
        }
        finally
        {
            _model.Look(Core);
            _model.Rotated |= _rotation is { IsCompletedSuccessfully: true };
        }
    }

    /// <summary>Turns everything until there is nothing to do.</summary>
    public void TurnAll()
    {
        Pass(2000);
        while (Turn(Core.RunSequencer) | Turn(Core.RunBundler) | Turn(Core.RunFlusher) | Turn(Core.RunCheckpointer)
            | Turn(Core.RunAnchor))
        {
        }
    }

    public void Close()
    {
        Core.Gate.Close();
        Turn(() =>
        {
            // What the threads do before they are joined.
            while (Core.RunSequencer() | Core.RunBundler() | Core.RunFlusher())
            {
            }

            Core.CloseCleanly();
            return false;
        });
    }

    public void Dispose() => Core.Dispose();

    private static StoreCore OpenWith(IFileSystem files, ManualTime time, ulong seed, SigningKey key) =>
        new StoreOpener(
            files,
            new StoreOptions
            {
                Directory = "/data",
                JournalBudgetBytes = 6 * 57_344,
                CacheBytes = 64 * 1024,
                ReserveBytes = 0,
                Time = time,
                Signing = new SigningOptions { Key = key, AnchorPath = Anchor },
            },
            new StoreTuning
            {
                BufferBytes = 16384,
                BufferCount = 3,
                JournalFileBytes = 57_344,
                HeldBytesMax = 100_000,
                HashHelpers = 0,
                SigningCpuNanos = static () => 0,
            },
            new SeededBytes(seed)).Open();
}
