// The codecs of store.json, catalog and state.log: golden bytes of format version 1, and refusal of everything else.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class RecordCodecTests
{
    private static readonly Hash256 s_root = new(Enumerable.Range(0, 32).Select(i => (byte)(0xA0 + i)).ToArray());

    private const string RootHex = "A0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF";

    [Fact]
    public void Store_json_reads_like_this()
    {
        var file = new StoreFile(
            UInt128.Parse("00112233445566778899aabbccddeeff", System.Globalization.NumberStyles.HexNumber), 1,
            1_700_000_000_000_000, "ledger.example.org");
        string text = Encoding.ASCII.GetString(file.Encode());
        Assert.Equal(
            "{\"magic\":\"LedgerStore\",\"version\":1,\"store_id\":\"00112233445566778899aabbccddeeff\","
            + "\"incarnation\":\"00000000000000000000000000000001\",\"created_unix_micros\":1700000000000000,"
            + "\"public_name\":\"ledger.example.org\",\"crc32c\":\"46c67f2f\"}\n", text);
        Assert.Equal(file, StoreFile.Decode(file.Encode()));
    }

    [Fact]
    public void Store_json_is_replaced_whole_or_not_at_all()
    {
        var first = new StoreFile(1, 2, 3, "a.example.org");
        StoreFile second = first with { Incarnation = 9 };
        int disks = CrashExplorer.EveryCrashPoint<StrongBox>(
            () =>
            {
                SimulatedFileSystem disk = LogFixture.Disk();
                StoreFileAccess.Save(disk, LogFixture.Paths, first);
                return disk;
            },
            (disk, model) =>
            {
                StoreFileAccess.Save(disk, LogFixture.Paths, second);
                model.IsSaved = true;
            },
            (disk, model) =>
            {
                StoreFile found = StoreFileAccess.Load(disk, LogFixture.Paths);
                Assert.True(found == second || (found == first && !model.IsSaved), found.ToString());
            },
            CrashExplorer.ExhaustiveMax);
        Assert.True(disks > 8, $"{disks}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\"b")]
    [InlineData("ü")]
    public void Public_names_that_cannot_be_part_of_an_origin_are_refused(string name)
    {
        var refusal = Assert.Throws<StoreException>(() => StoreFile.CheckPublicName(name));
        Assert.Equal(StoreReason.InvalidArgument, refusal.Reason);
    }

    [Fact]
    public void Catalog_records_have_these_bytes()
    {
        var created = new CreatedRecord(7, 0x0102030405060708, IsSalted: true, "ab", "o/ab");
        AssertBytes("07000000" + "0807060504030201" + "01000000" + "02006162" + "04006F2F6162", created.Encode());
        Assert.Equal(created, CreatedRecord.Decode(created.Encode()));

        var frozen = new FrozenRecord(7, 9, "é");
        AssertBytes("07000000" + "0900000000000000" + "0200C3A9", frozen.Encode());
        Assert.Equal(frozen, FrozenRecord.Decode(frozen.Encode()));

        var retention = new RetentionRecord(7, [1, 2, 3]);
        AssertBytes("07000000" + "010203", retention.Encode());
        Assert.Equal(retention.Policy, RetentionRecord.Decode(retention.Encode()).Policy);
    }

    [Fact]
    public void State_records_have_these_bytes()
    {
        var segment = new SealedRecord(1, 2, 3, 4, 5, s_root);
        byte[] body = new byte[SealedRecord.EncodedBytes];
        segment.Encode(body);
        AssertBytes(
            "0100000000000000" + "02000000" + "0300000000000000" + "0400000000000000" + "0500000000000000" + RootHex,
            body);
        Assert.Equal(segment, SealedRecord.Decode(body));

        var flushed = new FlushedRecord(1, 2, 3, 4);
        body = new byte[FlushedRecord.EncodedBytes];
        flushed.Encode(body);
        AssertBytes("0100000000000000" + "0200000000000000" + "03000000" + "0400000000000000", body);
        Assert.Equal(flushed, FlushedRecord.Decode(body));

        var checkpoint = new CheckpointRecord(6, s_root, "n\n"u8.ToArray());
        AssertBytes("0600000000000000" + RootHex + "6E0A", checkpoint.Encode());

        var producer = new ProducerSnapshot(
            "id"u8.ToArray(), "p"u8.ToArray(), 9, [new(4, 2, 70, 80, 1), new(6, 4, 72, 81, (UInt128)2 << 64)]);
        AssertBytes(
            "02006964" + "010070" + "0900000000000000" + "02000000"
            + "0400000000000000" + "02000000" + "4600000000000000" + "5000000000000000"
            + "01000000000000000000000000000000"
            + "0600000000000000" + "04000000" + "4800000000000000" + "5100000000000000"
            + "00000000000000000200000000000000", producer.Encode());
        Assert.Equal(producer.Batches, ProducerSnapshot.Decode(producer.Encode()).Batches);
    }

    [Fact]
    public void Records_that_are_cut_or_go_on_are_refused()
    {
        byte[] body = new byte[SealedRecord.EncodedBytes];
        new SealedRecord(1, 2, 3, 4, 5, s_root).Encode(body);
        Refused(body, bytes => SealedRecord.Decode(bytes), canGoOn: false);
        new FlushedRecord(1, 2, 3, 4).Encode(body);
        Refused(body[..FlushedRecord.EncodedBytes], bytes => FlushedRecord.Decode(bytes), canGoOn: false);
        Refused(
            new CreatedRecord(7, 8, IsSalted: true, "ab", "o/ab").Encode(), bytes => CreatedRecord.Decode(bytes),
            canGoOn: false);
        Refused(new FrozenRecord(7, 8, "ab").Encode(), bytes => FrozenRecord.Decode(bytes), canGoOn: false);
        Refused(new RetentionRecord(7, []).Encode(), bytes => RetentionRecord.Decode(bytes), canGoOn: true);
        Refused(new CheckpointRecord(7, s_root, []).Encode(), bytes => CheckpointRecord.Decode(bytes), canGoOn: true);
        Refused(
            new ProducerSnapshot("i"u8.ToArray(), "p"u8.ToArray(), 2, [new(1, 2, 3, 4, 5)]).Encode(),
            bytes => ProducerSnapshot.Decode(bytes), canGoOn: false);
    }

    [Fact]
    public void Producers_that_contradict_themselves_are_refused()
    {
        BadProducer(0);
        BadProducer(-1);
        BadProducer(5, new BatchAnswer(4, 1, 0, 0, 0));
        BadProducer(5, new BatchAnswer(5, 2, 0, 0, 0));
        BadProducer(5, new BatchAnswer(5, 0, 0, 0, 0));
        BadProducer(5, new BatchAnswer(0, 6, 0, 0, 0));
        BadProducer(5, new BatchAnswer(5, 1, -1, 0, 0));
        BadProducer(5, new BatchAnswer(5, 1, 0, -1, 0));
        BadProducer(5, new(1, 1, 0, 0, 0), new(3, 3, 0, 0, 0));
        BadProducer(65, [.. Enumerable.Range(1, 65).Select(i => new BatchAnswer(i, 1, 0, 0, 0))]);
    }

    [Fact]
    public void A_catalog_that_contradicts_itself_is_refused()
    {
        byte[] a = new CreatedRecord(1, 1, IsSalted: false, "a", "o/a").Encode();
        BadCatalog("created twice", (1, a), (1, a));
        BadCatalog("created twice", (1, a), (1, new CreatedRecord(1, 1, IsSalted: false, "b", "o/b").Encode()));
        BadCatalog("created twice", (1, a), (1, new CreatedRecord(2, 1, IsSalted: false, "a", "o/a").Encode()));
        BadCatalog("never created", (1, a), (2, new FrozenRecord(2, 1, "").Encode()));
        BadCatalog("never created", (3, new RetentionRecord(2, []).Encode()));
        BadCatalog("id 0 is the id of _audit", (1, new CreatedRecord(0, 1, IsSalted: false, "a", "o/a").Encode()));
        BadCatalog("id 0 is the id of _audit", (1, new CreatedRecord(1, 1, IsSalted: false, "_audit", "o").Encode()));
        BadCatalog("name of the ledger", (1, new CreatedRecord(1, 1, IsSalted: false, "A", "o/A").Encode()));
        BadCatalog("type of a record is unknown", (9, a));
        BadCatalog("never created", (4, new SaidRecord(2, CatalogRecordType.Frozen, 7).Encode()));
        BadCatalog("unknown type", (1, a), (4, new SaidRecord(1, CatalogRecordType.Said, 7).Encode()));
        BadCatalog("out of range", (1, new CreatedRecord(uint.MaxValue, 1, IsSalted: false, "a", "o/a").Encode()));
    }

    private static void BadCatalog(string message, params (int Type, byte[] Body)[] records)
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        var identity = new CommittedLogIdentity(CommittedLogKind.Catalog, 5, 0);
        CommittedLog log = CommittedLog.CreateNew(disk, LogFixture.Paths.Catalog, identity);
        foreach ((int type, byte[] body) in records)
        {
            log.Append((ushort)type, body);
        }

        log.CommitNow();
        var refusal = Assert.Throws<StoreException>(
            () => Catalog.Open(disk, LogFixture.Paths, 5, LedgerStore.Engine.Files.FileAccessMode.ReadWrite));
        Assert.Equal(StoreReason.Corruption, refusal.Reason);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(LogFixture.Paths.Catalog, refusal.Message, StringComparison.Ordinal);
    }

    private static void BadProducer(long lastSequence, params BatchAnswer[] batches)
    {
        var writerWouldRefuse = new byte[8];
        BitConverter.TryWriteBytes(writerWouldRefuse, lastSequence);
        byte[] body = new ProducerSnapshot("i"u8.ToArray(), "p"u8.ToArray(), 1, batches).Encode();
        writerWouldRefuse.CopyTo(body, 6);
        Assert.Throws<MalformedDataException>(() => ProducerSnapshot.Decode(body));
    }

    private static void Refused(byte[] body, Action<byte[]> decode, bool canGoOn)
    {
        decode(body);
        for (int length = 0; length < body.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => decode(body[..length]));
        }

        if (!canGoOn)
        {
            Assert.Throws<MalformedDataException>(() => decode([.. body, 0]));
        }
    }

    private static void AssertBytes(string hex, byte[] bytes) => Assert.Equal(hex, Convert.ToHexString(bytes));

    private sealed class StrongBox
    {
        public bool IsSaved { get; set; }
    }
}
