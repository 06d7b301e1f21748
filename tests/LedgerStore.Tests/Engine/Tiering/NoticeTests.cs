// What is to expire is announced in `_audit` a day before. Nothing in state.log makes that day shorter, and every
// verifier finds a tombstone that was not announced.

using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Verification;
using LedgerStore.Fields;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class NoticeTests
{
    private const int Size = 1_000;
    private const long Due = 768;
    private static readonly RetentionPolicy s_policy = new() { ExpireAfter = TimeSpan.FromHours(1) };

    [Fact]
    public void What_is_due_is_announced_once_and_goes_a_day_later()
    {
        using TierWorld world = TierWorld.Open(DiskWith(), TierWorld.Day);
        world.Ledger.SetRetention(s_policy);
        ulong next = (ulong)Audit(world).Durable.Value;
        for (int hour = 0; hour < 23; hour++)
        {
            world.Round();
            world.Time.Pass(TimeSpan.FromHours(1));
        }

        Event notice = Assert.Single(Events(world));
        Assert.Equal(
            ("audit", 0ul, (ulong)Due, s_policy.ToString()),
            (notice.ExpiryNotice.Ledger, notice.ExpiryNotice.FirstIndex, notice.ExpiryNotice.Count,
                notice.ExpiryNotice.Policy));
        Assert.Equal(0, world.Check(Size));
        world.Time.Pass(TimeSpan.FromHours(2));
        world.Round();
        Assert.Equal(Due, world.Check(Size));
        Tombstone tombstone = Events(world)[1].Tombstone;
        Assert.Equal((true, next), (tombstone.HasNotice, tombstone.Notice));
        Assert.Empty(world.Log.Notices);
        world.Close();
    }

    [Fact]
    public async Task What_is_durable_and_in_no_file_yet_is_waited_for()
    {
        using TierWorld world = TierWorld.Open(DiskWith(), TierWorld.Day);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.Zero });
        ValueTask<AppendResult> sent = world.Send(300);
        while (world.Core.RunSequencer())
        {
        }

        Assert.Equal(Size, (await sent).FirstIndex);
        Task done = world.Ledger.ApplyRetentionAsync();
        for (int step = 0; step < 20; step++)
        {
            world.Core.RunTiering();
        }

        Assert.False(done.IsCompleted);
        world.Round();
        Assert.Equal(1_280ul, Assert.Single(Events(world)).ExpiryNotice.Count);
    }

    [Fact]
    public void A_progress_that_was_edited_shortens_nothing()
    {
        SimulatedFileSystem disk = DiskWith();
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day))
        {
            world.Ledger.SetRetention(s_policy);
            world.Round();
            world.Close();
        }

        Stage(disk, log => log.Stage(new ExpiryProgressRecord(Due, long.MaxValue / 2)));
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day + TimeSpan.FromHours(12)))
        {
            world.Round();
            world.Round();
            Assert.Equal(0, world.Check(Size));
            world.Close();
        }

        using TierWorld later = TierWorld.Open(disk, TierWorld.Day * 3);
        later.Round();
        Assert.Equal(Due, later.Check(Size));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(77)]
    public void A_notice_that_is_not_in_audit_is_none_and_a_day_begins(long auditIndex)
    {
        SimulatedFileSystem disk = DiskWith();
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day))
        {
            Say(world, "x"u8.ToArray());
            world.Ledger.SetRetention(s_policy);
            world.Close();
        }

        Stage(disk, log =>
        {
            log.StageNotice(new AuditRangeRecord(0, Due, auditIndex));
            log.Stage(new ExpiryProgressRecord(Due, long.MaxValue / 2));
        });
        Assert.Contains(
            StoreVerifier.Verify(new VerifyOptions { DataDirectory = TierWorld.Directory }, disk).Findings,
            found => found.Kind == VerifyFindingKind.ClaimNotConfirmed && found.Count == Due);
        using TierWorld again = TierWorld.Open(disk, TierWorld.Day * 9);
        again.Round();
        again.Round();
        Assert.Equal(0, again.Check(Size));
        Assert.Equal("audit", Assert.Single(Events(again), one => one.ExpiryNotice is not null).ExpiryNotice.Ledger);
        again.Time.Pass(TimeSpan.FromHours(25));
        again.Round();
        Assert.Equal(Due, again.Check(Size));
    }

    [Fact]
    public void What_comes_due_meanwhile_waits_for_the_next_notice()
    {
        using TierWorld world = TierWorld.Open(DiskWith(), TierWorld.Day);
        world.Ledger.SetRetention(s_policy);
        world.Round();
        world.Append(1_000);
        world.Time.Pass(TimeSpan.FromHours(25));
        world.Round();
        Assert.Equal(Due, world.Check(2_000));
        world.Expire();
        Assert.Equal(2_000 / 256 * 256, world.Check(2_000));
        Assert.Equal(2, Events(world).Count(one => one.ExpiryNotice is not null));
        world.CheckSaid();
    }

    [Fact]
    public void When_nothing_is_due_any_more_the_notice_is_forgotten()
    {
        using TierWorld world = TierWorld.Open(DiskWith(), TierWorld.Day);
        world.Ledger.SetRetention(s_policy);
        world.Round();
        LegalHold hold = world.Ledger.PlaceHold(0, 0, "case", "anna");
        world.Time.Pass(TimeSpan.FromHours(25));
        world.Round();
        Assert.Empty(world.Log.Notices);
        world.Ledger.ReleaseHold(hold.Id);
        world.Round();
        Assert.Equal(0, world.Check(Size));
        Assert.Equal(2, Events(world).Count);
    }

    [Fact]
    public void From_the_first_notice_on_every_tombstone_needs_its_own()
    {
        TombstoneBook book = new();
        long day = TimeSpan.FromHours(24).Ticks / TimeSpan.TicksPerMicrosecond;
        AuditTombstone Tombstone(long index, long? notice, long micros, long first = 0) => new(
            index, "a", first, 512, default, "", "")
        { Notice = notice, Micros = micros };
        Assert.True(book.IsAnnounced(Tombstone(0, null, 1), AuditExpiryNotice.Ahead));
        byte[] notice = Entry(10, Notice("a", 0).Encode());
        book.Add(5, [(byte)(notice.Length >> 8), (byte)notice.Length, .. notice], 1);

        // An old one, one of a day later, and those that are not.
        Assert.True(book.IsAnnounced(Tombstone(4, null, 1), AuditExpiryNotice.Ahead));
        Assert.True(book.IsAnnounced(Tombstone(6, 5, 10 + day), AuditExpiryNotice.Ahead));
        Assert.False(book.IsAnnounced(Tombstone(6, 5, 9 + day), AuditExpiryNotice.Ahead));
        Assert.False(book.IsAnnounced(Tombstone(6, null, 10 + day), AuditExpiryNotice.Ahead));
        Assert.False(book.IsAnnounced(Tombstone(6, 4, 10 + day), AuditExpiryNotice.Ahead));
        Assert.False(book.IsAnnounced(Tombstone(6, 5, 10 + day, first: 768), AuditExpiryNotice.Ahead));
        Assert.False(book.IsAnnounced(Tombstone(6, 5, 10 + day) with { Ledger = "b" }, AuditExpiryNotice.Ahead));
    }

    [Fact]
    public void Both_are_written_as_the_protocol_has_them_and_read_back()
    {
        byte[] notice = Notice("payments", 512).Encode();
        Assert.Equal(
            new Event
            {
                ExpiryNotice = new()
                {
                    Ledger = "payments",
                    FirstIndex = 512,
                    Count = 1024,
                    Policy = "p",
                },
            }.ToByteArray(),
            notice);
        Assert.Equal(
            Notice("payments", 512) with { AuditIndex = 7 },
            AuditExpiryNotice.TryRead(7, AuditEvent.ContentType, notice));
        for (int cut = 0; cut < notice.Length; cut++)
        {
            Assert.Null(AuditExpiryNotice.TryRead(7, AuditEvent.ContentType, notice.AsSpan(0, cut)));
        }

        foreach (long index in (long[])[0, 7, 300])
        {
            byte[] tombstone = new AuditTombstone(AuditEvent.Unsaid, "payments", 512, 1024, default, "p", "age")
            {
                Notice = index,
            }.Encode();
            Assert.Equal((true, (ulong)index), (Event.Parser.ParseFrom(tombstone).Tombstone.HasNotice,
                Event.Parser.ParseFrom(tombstone).Tombstone.Notice));
            Assert.Equal(index, AuditTombstone.TryRead(9, AuditEvent.ContentType, tombstone)!.Notice);
        }

        AuditRangeRecord record = new(512, 1024, 7);
        Assert.Equal(record, AuditRangeRecord.Decode(record.Encode()));
    }

    private static SimulatedFileSystem DiskWith()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        TierWorld world = TierWorld.Open(disk, TimeSpan.Zero);
        world.Create();
        world.Append(Size);
        world.Close();
        return disk;
    }

    private static AuditExpiryNotice Notice(string ledger, long first) => new(AuditEvent.Unsaid)
    {
        Ledger = ledger,
        First = first,
        Count = 1024,
        Policy = "p",
    };

    private static byte[] Entry(long micros, byte[] payload)
    {
        using MemoryStream bytes = new();
        CodedOutputStream entry = new(bytes);
        entry.WriteRawTag(0x09);
        entry.WriteFixed64((ulong)micros);
        entry.WriteRawTag(0x2A);
        entry.WriteString("application/x-ledgerstore-event");
        entry.WriteRawTag(0x32);
        entry.WriteBytes(ByteString.CopyFrom(payload));
        entry.Flush();
        return bytes.ToArray();
    }

    private static void Say(TierWorld world, byte[] payload)
    {
        ValueTask<AppendResult> sent = world.Core.Appends.AppendAsync(
            Audit(world),
            new RecordBatch { Lengths = [payload.Length], Payload = payload },
            CancellationToken.None);
        world.Turn();
        sent.AsTask().GetAwaiter().GetResult();
    }

    private static void Stage(SimulatedFileSystem disk, Action<LedgerStateLog> stage)
    {
        StorePaths paths = new(TierWorld.Directory);
        UInt128 storeId = StoreFileAccess.Load(disk, paths).StoreId;
        LedgerStateLog log = LedgerStateLog.Open(disk, paths, storeId, 1, FileAccessMode.ReadWrite, out _);
        stage(log);
        log.CommitNow();
    }

    private static OpenLedger Audit(TierWorld world) =>
        world.Core.Ledgers.Get(world.Core.Catalog.Find(LedgerName.Audit)!.Id);

    /// <summary>The notices and tombstones in <c>_audit</c>.</summary>
    private static List<Event> Events(TierWorld world)
    {
        List<Event> events = [];
        OpenLedger audit = Audit(world);
        for (long index = 0; index < audit.Durable.Value; index++)
        {
            using BundleLease lease = audit.WaitForBundle(index / 256, 0);
            EntryView entry = EntryView.Parse(lease.Entry((int)(index % 256)));
            if (entry.ContentType.SequenceEqual(AuditEvent.ContentType)
                && Event.Parser.ParseFrom(entry.Payload) is { } said
                && (said.ExpiryNotice is not null || said.Tombstone is not null))
            {
                events.Add(said);
            }
        }

        return events;
    }
}
