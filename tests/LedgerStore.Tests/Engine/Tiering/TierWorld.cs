// A store with tiers on a simulated disk, turned on one thread, and what must be true of it after anything.
using System.Globalization;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Engine.Verification;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Crash;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

internal sealed class TierWorld : IDisposable
{
    public const string Directory = "/data";
    private const int BatchRecords = 1024;
    private const int WaitsMax = 60_000;
    private static long s_openings;

    private TierWorld(SimulatedFileSystem disk, StoreCore core, ManualTime time)
    {
        Disk = disk;
        Core = core;
        Time = time;
    }

    public SimulatedFileSystem Disk { get; }

    public StoreCore Core { get; }

    public ManualTime Time { get; }

    public OpenLedger Log => Core.Ledgers.Get(Core.Catalog.Find("audit")!.Created.LedgerId);

    public Ledger Ledger => new(Core, Log);

    public static TimeSpan Day => TimeSpan.FromDays(1);

    public static TierWorld Open(
        SimulatedFileSystem disk,
        TimeSpan age,
        IColdStore? cold = null,
        long reserveBytes = 0,
        long bytesPerSecond = long.MaxValue / 4_000_000)
    {
        ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + age);
        StoreOptions options = new()
        {
            Directory = Directory,
            JournalBudgetBytes = 64L << 20,
            CacheBytes = 256 * 1024,
            ReserveBytes = reserveBytes,
            Time = time,
            Cold = cold,
            ColdDirectory = "/cold",
            Tiering = new TieringOptions
            {
                BytesPerSecond = bytesPerSecond,
                Interval = TimeSpan.Zero,
            },
        };
        StoreTuning tuning = new()
        {
            BufferBytes = 256 * 1024,
            BufferCount = 3,
            JournalFileBytes = 4L << 20,
            HashHelpers = 0,
        };
        ulong seed = (ulong)Interlocked.Increment(ref s_openings);
        return new TierWorld(disk, new StoreOpener(disk, options, tuning, new SeededBytes(seed)).Open(), time);
    }

    public void Create() => Create(isSalted: false);

    public void Create(bool isSalted) => Core.CreateLedger("audit", new LedgerOptions { IsSalted = isSalted });

    public static string Record(long index) => string.Create(CultureInfo.InvariantCulture, $"record {index}");

    public void Append(int count) => Append(count, Record);

    public void Append(int count, Func<long, string> record)
    {
        for (int done = 0; done < count;)
        {
            int now = Math.Min(BatchRecords, count - done);
            long first = Log.NextIndex;
            ValueTask<AppendResult> sent = Send(now, record);
            Turn();
            Assert.Equal(first, sent.AsTask().GetAwaiter().GetResult().FirstIndex);
            done += now;
        }
    }

    /// <summary>Sends a batch; the sequencer has to be turned for its answer.</summary>
    public ValueTask<AppendResult> Send(int count) => Send(count, Record);

    private ValueTask<AppendResult> Send(int count, Func<long, string> record)
    {
        long first = Log.NextIndex;
        byte[][] records = [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(record(first + i)))];
        return Core.Appends.AppendAsync(
            Log,
            new RecordBatch
            {
                Lengths = [.. records.Select(r => r.Length)],
                Payload = records.SelectMany(r => r).ToArray(),
            },
            CancellationToken.None);
    }

    /// <summary>Appends records that no compression makes smaller.</summary>
    /// <returns>Why not; null when they were.</returns>
    public StoreReason? TryAppendLarge(ref long size)
    {
        const int RecordBytes = 300;
        const int Records = 512;
        byte[] payload = new byte[RecordBytes * Records];
        new Random((int)size).NextBytes(payload);
        int[] lengths = new int[Records];
        Array.Fill(lengths, RecordBytes);
        try
        {
            ValueTask<AppendResult> sent = Core.Appends.AppendAsync(
                Log, new RecordBatch { Lengths = lengths, Payload = payload }, CancellationToken.None);
            Turn();
            sent.AsTask().GetAwaiter().GetResult();
            size += Records;
            return null;
        }
        catch (StoreException refused)
        {
            return refused.Reason;
        }
    }

    /// <summary>Turns everything but tiering.</summary>
    public void Turn()
    {
        while (Core.RunSequencer() | Core.RunBundler() | Core.RunFlusher())
        {
        }
    }

    /// <summary>Does a whole round of tiering, and returns how many steps it had.</summary>
    public int Round() => Round(Core.RunTiering, () => Core.Tiering.Status.Rounds, TimeSpan.FromMilliseconds(1));

    /// <summary>The same of indexing, whose rounds are a second apart.</summary>
    public int Index() => Round(
        Core.RunIndexing, () => Core.Indexing.Status.Rounds, TimeSpan.FromMilliseconds(25));

    /// <param name="pass">So much time passes with each step, for the throttle.</param>
    private int Round(Func<bool> run, Func<long> rounds, TimeSpan pass)
    {
        long before = rounds();
        int steps = 0;
        int waits = 0;
        while (rounds() < before + 2)
        {
            waits = run() ? 0 : waits + 1;
            Turn();
            Time.Pass(pass);
            steps++;
            if (waits > WaitsMax)
            {
                throw new InvalidOperationException(
                    $"it waits for something that does not come: {Core.Tiering.Status} {Core.Indexing.Status}");
            }

            if (waits > 20)
            {
                // Acknowledgements arrive by the thread pool.
                Thread.Sleep(1);
            }
        }

        return steps;
    }

    /// <summary>Two checks, more than a day apart.</summary>
    public void Expire()
    {
        Round();
        Time.Pass(TimeSpan.FromHours(25));
        Round();
    }

    /// <summary>Every entry is there and right, or has expired, with a tombstone that `_audit` has too; every hash is
    /// there.</summary>
    /// <returns>How many entries have expired.</returns>
    public long Check(long size, params (long First, long End)[] mustStay)
    {
        Assert.True(Log.Durable.Value >= size, "what was acknowledged is there");
        Hash256[] leaves = new Hash256[256];
        long gone = 0;
        for (long bundle = 0; bundle * 256 < size; bundle++)
        {
            long first = bundle * 256;
            bool isGone = false;
            try
            {
                using BundleLease lease = Log.ReadBundleAsync(bundle, 0, default)
                    .AsTask()
                    .GetAwaiter()
                    .GetResult();
                for (int slot = 0; slot < lease.Entries; slot += 51)
                {
                    EntryView entry = EntryView.Parse(lease.Entry(slot));
                    bool isFiller = entry.ContentType.SequenceEqual(LedgerVisit.FillerContentType);
                    Assert.Equal(isFiller ? "" : Record(first + slot), Encoding.UTF8.GetString(entry.Payload));
                }
            }
            catch (StoreException refused)
            {
                Assert.Equal(StoreReason.Expired, refused.Reason);
                isGone = true;
                gone += 256;
                CheckTombstone(first);
            }

            Assert.False(
                isGone && Array.Exists(mustStay, range => first < range.End && first + 256 > range.First),
                $"entry {first} must stay, and is gone");
            if (first + 256 <= Log.Segments.Entries)
            {
                Assert.Equal(256, Log.Segments.ReadLeaves(bundle, leaves));
            }
        }

        return gone;
    }

    /// <summary>What `_audit` says has expired is what state.log says: each range once, by the same entry.</summary>
    public void CheckSaid()
    {
        TombstoneBook said = new();
        if (Core.Catalog.Find(LedgerName.Audit) is not null)
        {
            OpenLedger audit = Core.Ledgers.Get(0);
            for (long first = 0; first < audit.Durable.Value; first += 256)
            {
                using BundleLease lease = audit.WaitForBundle(first / 256, 0);
                for (int slot = 0; slot < lease.Entries; slot++)
                {
                    byte[] entry = lease.Entry(slot).ToArray();
                    said.Add(first + slot, [(byte)(entry.Length >> 8), (byte)entry.Length, .. entry], 1);
                }
            }
        }

        Assert.Equal(
            said.Of("audit").Select(one => (one.First, one.Count, one.AuditIndex)),
            Log.Segments.Expired.Tombstones.Select(one => (one.First, one.Count, one.AuditIndex)));
        Assert.Null(Log.Expiring);
    }

    public string[] Files() => [.. Disk.List("/data/ledgers/1/segments").Order(StringComparer.Ordinal)];

    /// <summary>Whether any file of the ledger, or of the cold store, has these bytes.</summary>
    public bool HasBytes(string record)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(record);
        return Files().Any(name =>
            Disk.ReadAll($"/data/ledgers/1/segments/{name}").AsSpan().IndexOf(wanted) >= 0);
    }

    public void Close()
    {
        Core.Tiering.Dispose();
        Core.Gate.Close();
        Turn();
        Core.CloseCleanly();
        Core.Dispose();
    }

    public void Dispose() => Core.Dispose();

    private void CheckTombstone(long index)
    {
        TombstoneRecord tombstone = Log.Segments.Expired.Tombstones
            .Single(one => index >= one.First && index < one.End);
        OpenLedger audit = Core.Ledgers.Get(0);
        using BundleLease lease = audit.WaitForBundle(tombstone.AuditIndex / 256, 0);
        ReadOnlySpan<byte> entry = lease.Entry((int)(tombstone.AuditIndex % 256));
        Assert.True(
            EntryView.Parse(entry).Payload.IndexOf("audit"u8) >= 0, "the tombstone in _audit names the ledger");
    }
}
