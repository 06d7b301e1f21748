// Segments that become complete are indexed, those of before too; what is missing is built again, and what expires
// leaves no terms behind.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Tests.Engine.Tiering;
using LedgerStore.Tests.Simulation;
using Xunit;
using SegmentFacts = LedgerStore.Fields.SegmentFacts;

namespace LedgerStore.Tests.Engine.Indexing;

public sealed class IndexWorkerTests
{
    [Fact]
    public void What_a_ledger_has_is_indexed_in_the_background_and_what_comes_too()
    {
        SimulatedFileSystem disk = IndexWorld.Disk;
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        Assert.Null(world.Ledger.Fields);
        LedgerFields set = world.Set(IndexWorld.Spec);
        Assert.Equal((IndexWorld.Spec.Text, 0, 1), (set.Spec, set.Indexed, set.Complete));
        Assert.Equal(1, world.Core.Indexing.LagSegments);
        world.Index();
        Assert.Equal(0, world.Core.Indexing.LagSegments);
        world.CheckIndex(IndexWorld.Spec);
        world.Append(IndexWorld.SegmentEntries, IndexWorld.Record);
        world.Index();
        world.CheckIndex(IndexWorld.Spec);
        Assert.Equal((2, 2), (world.Ledger.Fields!.Indexed, world.Ledger.Fields.Complete));
        Assert.Null(world.Core.Indexing.Status.LastFailure);
    }

    [Fact]
    public void Audit_says_who_set_which_fields_and_is_the_only_record_of_them()
    {
        SimulatedFileSystem disk = IndexWorld.Disk;
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day))
        {
            LedgerFields set = world.Set(IndexWorld.Spec);
            Assert.Equal(set, world.Set(IndexWorld.Spec));
            OpenLedger audit = world.Core.Ledgers.Get(0);
            using BundleLease lease = audit.WaitForEntry(audit.Durable.Value - 1);
            EntryView view = EntryView.Parse(lease.Entry((int)(audit.Durable.Value - 1 - lease.FirstIndex)));
            AuditLedgerChange said = Assert.IsType<AuditLedgerChange>(
                AuditEvent.TryRead(0, view.ContentType, view.Payload));
            Assert.Equal(
                (set.IndexLedger, "anna", "to find it again", IndexWorld.Spec.Text),
                (said.Ledger, said.Identity, said.Reason, said.Fields));
            world.Close();
        }

        using TierWorld again = TierWorld.Open(disk, TierWorld.Day);
        Assert.Equal(IndexWorld.Spec.Text, again.Ledger.Fields!.Spec);
    }

    [Fact]
    public void Other_fields_are_another_index_and_the_old_one_goes_on()
    {
        using TierWorld world = TierWorld.Open(IndexWorld.Disk, TierWorld.Day);
        LedgerFields old = world.Set(IndexWorld.Spec);
        world.Index();
        LedgerFields newer = world.Set(IndexWorld.Newer);
        Assert.NotEqual(old.IndexLedger, newer.IndexLedger);
        world.Index();
        world.CheckIndex(IndexWorld.Newer);
        world.Append(IndexWorld.SegmentEntries, IndexWorld.Record);
        world.Index();
        world.CheckIndex(IndexWorld.Newer);
        Assert.Equal(2, world.Core.Ledgers.Get(world.Core.Catalog.Find(old.IndexLedger)!.Id).Durable.Value);

        // Going back is a third one: which is in force is its number.
        Assert.Contains(".3.", world.Set(IndexWorld.Spec).IndexLedger, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_or_damaged_is_built_again()
    {
        SimulatedFileSystem disk = IndexWorld.Disk;
        string path;
        byte[] right;
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day))
        {
            world.Set(IndexWorld.Spec);
            world.Index();
            path = world.FileOf(0);
            right = disk.ReadAll(path);
            world.Close();
        }

        foreach (Action harm in new Action[] { () => disk.Delete(path), () => disk.FlipBit(path, 3_000, 3) })
        {
            harm();
            using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
            world.Index();
            Assert.Equal(right, disk.ReadAll(path));
            Assert.Equal(1, world.Statements().Durable.Value);
            world.Close();
        }
    }

    [Fact]
    public void What_has_expired_leaves_no_terms_and_keeps_its_hashes()
    {
        using TierWorld world = TierWorld.Open(IndexWorld.Disk, TierWorld.Day);
        world.Set(IndexWorld.Spec);
        world.Index();
        (SegmentFacts? stated, IndexFile? before) = world.Look(0);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        world.Index();
        (SegmentFacts? still, IndexFile? after) = world.Look(0);
        Assert.Equal(stated!.IndexRoot, still!.IndexRoot);
        Assert.True(before!.HasPages);
        Assert.False(after!.HasPages);
        Assert.Equal(before.Tree.Root, after.Tree.Root);
    }

    [Fact]
    public void A_segment_that_has_expired_before_it_was_indexed_has_a_statement_that_there_is_none()
    {
        using TierWorld world = TierWorld.Open(IndexWorld.Disk, TierWorld.Day);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        world.Set(IndexWorld.Spec);
        world.Index();
        Assert.Equal(1, world.Statements().Durable.Value);
        Assert.Null(world.Look(0).Stated);
        Assert.False(world.Disk.Exists(world.FileOf(0)));
    }

    [Fact]
    public void A_frozen_ledger_is_indexed_and_the_stores_own_are_not()
    {
        using TierWorld world = TierWorld.Open(IndexWorld.Disk, TierWorld.Day);
        world.Core.FreezeLedger(world.Log.Id, "over", "anna");
        world.Set(IndexWorld.Spec);
        world.Index();
        world.CheckIndex(IndexWorld.Spec);
        foreach (string name in new[] { "_audit", world.Ledger.Fields!.IndexLedger })
        {
            Ledger other = new(world.Core, world.Core.Ledgers.Get(world.Core.Catalog.Find(name)!.Id));
            StoreException refused = Assert.Throws<StoreException>(
                () => other.SetFields(IndexWorld.Spec.Text, "anna", "why"));
            Assert.Equal(StoreReason.InvalidArgument, refused.Reason);
        }

        Assert.Equal(
            StoreReason.InvalidArgument,
            Assert.Throws<StoreException>(() => world.Ledger.SetFields("field who", "anna", "why")).Reason);
    }

    [Fact]
    public void A_salted_ledger_is_indexed_by_a_secret_key_which_goes_with_the_terms()
    {
        SimulatedFileSystem disk = IndexWorld.SaltedDisk;
        byte[] secret;
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day))
        {
            world.Set(IndexWorld.Spec);
            world.Index();
            world.CheckIndex(IndexWorld.Spec);
            (SegmentFacts? stated, IndexFile? file) = world.Look(0);
            secret = file!.SecretKey.ToArray();
            Assert.Equal(TermKey.Secret(secret).Commitment, stated!.KeyHash);
            using BundleLease statement = world.Statements().WaitForEntry(0);
            Assert.True(statement.Entry(0).IndexOf(secret) < 0);
            world.Close();
        }

        // Built again from the entries alone, it has the same key; and what expires leaves none.
        using TierWorld again = TierWorld.Open(disk, TierWorld.Day);
        byte[] right = disk.ReadAll(again.FileOf(0));
        disk.Delete(again.FileOf(0));
        again.Index();
        Assert.Equal(right, disk.ReadAll(again.FileOf(0)));
        Assert.True(right.AsSpan().IndexOf(secret) > 0);
        again.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        again.Expire();
        again.Index();
        Assert.True(disk.ReadAll(again.FileOf(0)).AsSpan().IndexOf(secret) < 0);
        Assert.False(again.Look(0).File!.HasPages);
    }

    [Fact]
    public void An_index_that_was_signed_and_is_false_is_found_when_it_is_built_again()
    {
        using TierWorld world = TierWorld.Open(IndexWorld.Disk, TierWorld.Day);
        world.Set(IndexWorld.Spec);
        byte[] built = world.StateFalsely(IndexWorld.Spec);
        world.Index();
        Assert.Null(world.Core.Indexing.Status.LastFailure);
        world.Time.Pass(TimeSpan.FromMinutes(2));
        world.Index();
        Assert.Contains(
            "is not what entry 0 of '_index.1.1.", world.Core.Indexing.Status.LastFailure, StringComparison.Ordinal);

        // Nothing is written over: both are evidence.
        Assert.Equal(built, world.Disk.ReadAll(world.FileOf(0)));
    }

    [Fact]
    public void Only_the_store_writes_to_a_ledger_of_statements()
    {
        using TierWorld world = TierWorld.Open(IndexWorld.Disk, TierWorld.Day);
        string name = world.Set(IndexWorld.Spec).IndexLedger;
        Ledger statements = new(world.Core, world.Statements());
        StoreException refused = Assert.Throws<StoreException>(
            () => { _ = statements.AppendAsync("x"u8).AsTask(); });
        Assert.Equal(StoreReason.InvalidArgument, refused.Reason);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }
}
