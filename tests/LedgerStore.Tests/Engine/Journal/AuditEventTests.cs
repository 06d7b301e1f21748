// The codec of the events of _audit, beside the protocol's own: what one writes, the other reads, field by field.
using Google.Protobuf;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;
using Xunit;
using KeyRotation = LedgerStore.Protocol.Events.V1.KeyRotation;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class AuditEventTests
{
    private static readonly Hash256 s_root = MerkleHash.Leaf("x"u8);

    private static (AuditEvent Here, Event There)[] Events =>
    [
        (new AuditLedgerChange(7)
        {
            Identity = "anna", Ledger = "a", Change = "created, salted", Reason = "r", LedgerId = 3, Origin = "o/a",
            IsSalted = true, Micros = 1L << 50,
        }, new Event
        {
            Ledger = new LedgerChange
            {
                Identity = "anna", Ledger = "a", Change = "created, salted", Reason = "r", LedgerId = 3,
                Origin = "o/a", Salted = true, UnixMicros = 1L << 50,
            },
        }),
        (new AuditRetentionChange(7) { Identity = "b", Ledger = "a", Before = "x", After = "y", Reason = "z" },
            new Event
            {
                Retention = new RetentionChange
                {
                    Identity = "b", Ledger = "a", Before = "x", After = "y", Reason = "z",
                },
            }),
        (new AuditPolicyChange(7) { Before = new byte[] { 1 }, After = new byte[] { 2, 3 }, IsAccepted = true },
            new Event
            {
                Policy = new PolicyChange
                {
                    Sha256Before = ByteString.CopyFrom(1), Sha256After = ByteString.CopyFrom(2, 3), Accepted = true,
                },
            }),
        (new AuditHoldChange(7) { Identity = "b", Ledger = "a", Id = "1", First = 256, Count = 9, IsReleased = true },
            new Event
            {
                Hold = new HoldChange
                {
                    Identity = "b", Ledger = "a", Id = "1", FirstIndex = 256, Count = 9, Released = true,
                },
            }),
        (new AuditTombstone(7, "a", 512, 256, s_root, "p", "age") { Notice = 0 }, new Event
        {
            Tombstone = new Tombstone
            {
                Ledger = "a", FirstIndex = 512, Count = 256, Root = ByteString.CopyFrom(s_root.ToArray()),
                Policy = "p", Reason = "age", Notice = 0,
            },
        }),
        (new AuditKeyRotation(7) { Identity = "b", VkeyBefore = "v", VkeyAfter = "w" },
            new Event { Key = new KeyRotation { Identity = "b", VkeyBefore = "v", VkeyAfter = "w" } }),
        (new AuditLifecycle(7) { Change = "start", Version = "1.2", Detail = "d" },
            new Event { Lifecycle = new Lifecycle { Change = "start", Version = "1.2", Detail = "d" } }),
        (new AuditExpiryNotice(7) { Ledger = "a", First = 256, Count = 512, Policy = "p" },
            new Event
            {
                ExpiryNotice = new ExpiryNotice { Ledger = "a", FirstIndex = 256, Count = 512, Policy = "p" },
            }),
        (new AuditStoreFacts(7)
        {
            StoreId = new string('1', 32), PublicName = "log.example.org", Incarnation = new string('2', 32),
            CreatedMicros = 5, IsAdopted = true,
        }, new Event
        {
            Store = new StoreFacts
            {
                StoreId = new string('1', 32), PublicName = "log.example.org", Incarnation = new string('2', 32),
                CreatedUnixMicros = 5, Adopted = true,
            },
        }),
    ];

    [Fact]
    public void Both_codecs_write_the_same_bytes()
    {
        foreach ((AuditEvent here, Event there) in Events)
        {
            Assert.Equal(there.ToByteArray(), here.Encode());
        }
    }

    [Fact]
    public void What_is_written_is_read_back_and_never_half_of_it()
    {
        foreach ((AuditEvent here, _) in Events)
        {
            byte[] written = here.Encode();
            AuditEvent? read = AuditEvent.TryRead(7, AuditEvent.ContentType, written);
            Assert.Equal(here.GetType(), read?.GetType());
            Assert.Equal(written, read!.Encode());
            Assert.Equal(7, read.AuditIndex);
            Assert.Null(AuditEvent.TryRead(7, "text/plain"u8, written));
            Assert.Null(AuditEvent.TryRead(7, AuditEvent.ContentType, [.. written, .. written]));
            for (int cut = 0; cut < written.Length; cut++)
            {
                Assert.Null(AuditEvent.TryRead(7, AuditEvent.ContentType, written.AsSpan(0, cut)));
            }
        }
    }

    [Fact]
    public void Fields_that_a_newer_program_adds_are_passed_over()
    {
        AuditLifecycle read = Assert.IsType<AuditLifecycle>(AuditEvent.TryRead(
            0,
            AuditEvent.ContentType,
            [
                (10 << 3) | 2, 22, 0x0A, 1, (byte)'x', 0x99, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0xA5, 1, 1, 2, 3, 4, 0xA8, 1,
                127,
            ]));
        Assert.Equal("x", read.Change);
    }

    [Fact]
    public void Other_events_are_not_read_here()
    {
        byte[] other = new Event { Access = new Access { Identity = "a" } }.ToByteArray();
        Assert.Null(AuditEvent.TryRead(0, AuditEvent.ContentType, other));
        Assert.Null(AuditEvent.TryRead(0, AuditEvent.ContentType, "no message"u8));
    }

    [Fact]
    public void Numbers_that_are_no_range_are_no_event()
    {
        Assert.Null(AuditEvent.TryRead(0, AuditEvent.ContentType, new AuditHoldChange(0) { First = -1 }.Encode()));
        Assert.Null(AuditEvent.TryRead(
            0, AuditEvent.ContentType, new AuditHoldChange(0) { First = 5, Count = long.MaxValue }.Encode()));
        Assert.Null(AuditEvent.TryRead(0, AuditEvent.ContentType, new AuditExpiryNotice(0) { First = 5 }.Encode()));
        Assert.Null(AuditEvent.TryRead(
            0, AuditEvent.ContentType, new AuditExpiryNotice(0) { First = 256, Count = 100 }.Encode()));
    }
}
