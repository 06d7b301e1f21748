// Every single byte of store.json, a catalog and a state.log is flipped, zeroed and cut off in turn: detected, or
// harmless. Never other content, never silently fewer committed records.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class DamageTests
{
    private static readonly UInt128 s_storeId = 55;

    [Fact]
    public void Every_damaged_byte_of_store_json_is_detected()
    {
        byte[] sound = new StoreFile(s_storeId, 66, 1_700_000_000_000_000, "ledger.example.org").Encode();
        for (int i = 0; i < sound.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = (byte[])sound.Clone();
                damaged[i] = (byte)value;
                if (damaged[i] != sound[i])
                {
                    Assert.Throws<MalformedDataException>(() => StoreFile.Decode(damaged));
                }
            }

            Assert.Throws<MalformedDataException>(() => StoreFile.Decode(sound.AsSpan(0, i)));
        }

        Assert.Throws<MalformedDataException>(() => StoreFile.Decode([.. sound, (byte)'\n']));
        Assert.Throws<MalformedDataException>(() => StoreFile.Decode([.. sound, .. sound]));
        Assert.Equal(s_storeId, StoreFile.Decode(sound).StoreId);
    }

    [Fact]
    public void Every_damaged_byte_of_a_catalog_is_detected_or_harmless() => DamageEveryByte(
        MakeCatalog(), LogFixture.Paths.Catalog, DescribeCatalog, unacknowledged: null);

    [Fact]
    public void Every_damaged_byte_of_a_state_log_is_detected_or_harmless() => DamageEveryByte(
        MakeStateLog(), LogFixture.Paths.StateLog(7), DescribeStateLog, unacknowledged: null);

    [Fact]
    public void Every_damaged_byte_of_a_state_log_that_was_being_written_is_detected_or_harmless()
    {
        SimulatedFileSystem disk = MakeStateLog();
        string acknowledged = DescribeStateLog(disk);
        LedgerStateLog log = OpenStateLog(disk, FileAccessMode.ReadWrite, out _);
        log.Stage(new FlushedRecord(5000, 0, 2, 9));
        log.WritePending();
        disk.SyncFileSystem("/");
        Assert.NotEqual(acknowledged, DescribeStateLog(disk));
        DamageEveryByte(disk, LogFixture.Paths.StateLog(7), DescribeStateLog, acknowledged);
    }

    [Fact]
    public void What_cannot_be_read_is_reported_and_not_skipped()
    {
        SimulatedFileSystem disk = MakeStateLog();
        disk.MakeUnreadable(LogFixture.Paths.StateLog(7), 1600, 1);
        var error = Assert.Throws<StoreException>(() => DescribeStateLog(disk));
        Assert.Equal(StoreReason.Corruption, error.Reason);
        Assert.IsType<StorageException>(error.InnerException);
    }

    // The file that is damaged is read in both modes, as recovery and as a tool would.
    private static void DamageEveryByte(
        SimulatedFileSystem disk, string path, Func<SimulatedFileSystem, string> describe, string? unacknowledged)
    {
        byte[] sound = disk.ReadAll(path);
        string expected = describe(disk);
        int detected = 0;
        for (int i = 0; i < sound.Length; i++)
        {
            byte[] values = [0, (byte)~sound[i], (byte)(sound[i] ^ 1), (byte)(sound[i] ^ 0x80), (byte)(sound[i] + 1)];
            foreach (byte value in values)
            {
                disk.Overwrite(path, i, [value]);
                string what = $"byte {i} = {value:x2}";
                detected += IsDetected(disk, path, describe, expected, unacknowledged, what) ? 1 : 0;
            }

            disk.Overwrite(path, i, [sound[i]]);
        }

        // Whole sectors of zeros.
        for (int i = 0; i < sound.Length; i += 512)
        {
            int length = Math.Min(512, sound.Length - i);
            disk.Overwrite(path, i, new byte[length]);
            detected += IsDetected(disk, path, describe, expected, unacknowledged, $"sector at {i}") ? 1 : 0;
            disk.Overwrite(path, i, sound.AsSpan(i, length));
        }

        Assert.Equal(expected, describe(disk));
        Assert.True(detected > (sound.Length - CommittedLogFormat.RecordsOffset) / 2, $"only {detected} detected");
        for (int length = sound.Length - 1; length >= 0; length--)
        {
            disk.CutFile(path, length);
            bool isDetected = IsDetected(disk, path, describe, expected, unacknowledged, $"cut to {length}");
            Assert.True(isDetected || unacknowledged is not null, $"cut to {length}");
        }
    }

    private static bool IsDetected(
        SimulatedFileSystem disk, string path, Func<SimulatedFileSystem, string> describe, string expected,
        string? unacknowledged, string what)
    {
        try
        {
            string found = describe(disk);
            Assert.True(found == expected || found == unacknowledged, $"{what}: {found}");
            return false;
        }
        catch (StoreException damage)
        {
            Assert.Equal(StoreReason.Corruption, damage.Reason);
            Assert.Contains(path, damage.Message, StringComparison.Ordinal);
            return true;
        }
    }

    private static SimulatedFileSystem MakeCatalog()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        Catalog catalog = Catalog.Create(disk, LogFixture.Paths, s_storeId);
        catalog.CreateLedger("_audit", "log.example.org/_audit", isSalted: false, 1);
        for (int i = 0; i < 6; i++)
        {
            catalog.CreateLedger("ledger" + i, "log.example.org/ledger" + i, isSalted: i % 2 == 0, 100 + i);
        }

        catalog.Freeze(3, "closed in 2025", 500);
        catalog.SetRetention(2, [1, 2, 3, 4, 5]);
        return disk;
    }

    private static string DescribeCatalog(SimulatedFileSystem disk)
    {
        var text = new StringBuilder();
        Catalog catalog = Catalog.Open(disk, LogFixture.Paths, s_storeId, FileAccessMode.ReadOnly);
        foreach (CatalogLedger ledger in catalog.SortedByName())
        {
            text.Append(ledger.Created).Append(ledger.Frozen)
                .Append(Convert.ToHexString(ledger.Retention?.Policy ?? [])).Append('\n');
        }

        return text.ToString();
    }

    private static SimulatedFileSystem MakeStateLog()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        disk.CreateDirectory(LogFixture.Paths.LedgersDirectory);
        disk.CreateDirectory(LogFixture.Paths.LedgerDirectory(7));
        disk.SyncFileSystem("/");
        LedgerStateLog log = OpenStateLog(disk, FileAccessMode.ReadWrite, out _);
        for (int i = 0; i < 3; i++)
        {
            log.Stage(new SealedRecord(i, 1, 1000 + i, 5 + i, 6 + i, new Hash256(new byte[32])));
            log.Stage(new FlushedRecord(65_536 * (i + 1), i + 1, 1, 7 + i));
            log.Stage(new ProducerSnapshot(
                "spiffe://example.org/a"u8.ToArray(), "p"u8.ToArray(), 4 + i,
                [new BatchAnswer(1 + i, 3, 40, 50, 60), new BatchAnswer(4 + i, 1, 43, 51, (UInt128)1 << 100)]));
            log.Stage(new CheckpointRecord(65_536 * (i + 1), new Hash256(new byte[32]), "note\n"u8.ToArray()));
            log.CommitNow();
        }

        return disk;
    }

    private static string DescribeStateLog(SimulatedFileSystem disk)
    {
        _ = OpenStateLog(disk, FileAccessMode.ReadOnly, out LedgerState state);
        var text = new StringBuilder();
        text.AppendJoin('\n', state.Sealed).Append('\n').Append(state.Flushed).Append('\n');
        foreach (ProducerSnapshot producer in state.Producers)
        {
            text.Append(Convert.ToHexString(producer.Encode())).Append('\n');
        }

        foreach (CheckpointRecord checkpoint in state.Checkpoints)
        {
            text.Append(Convert.ToHexString(checkpoint.Encode())).Append('\n');
        }

        return text.ToString();
    }

    private static LedgerStateLog OpenStateLog(SimulatedFileSystem disk, FileAccessMode mode, out LedgerState state) =>
        LedgerStateLog.Open(disk, LogFixture.Paths, s_storeId, 7, mode, out state);
}
