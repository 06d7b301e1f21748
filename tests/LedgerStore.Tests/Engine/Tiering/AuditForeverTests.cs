// Tombstones are needed as long as the store exists: nothing of `_audit` goes, even if the catalog says that it must.
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class AuditForeverTests
{
    private const int Size = 600;

    [Fact]
    public async Task A_catalog_that_was_edited_makes_nothing_of_audit_expire()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using (TierWorld first = TierWorld.Open(disk, TimeSpan.Zero))
        {
            first.Create();
            first.Append(Size);
            RetentionPolicy policy = new()
            {
                ExpireAfter = TimeSpan.FromHours(1),
                ExpireBeyondBytes = 1,
                FillAfter = TimeSpan.FromMinutes(1),
            };
            first.Ledger.SetRetention(policy);
            int begun = (int)Audit(first).Durable.Value;
            ValueTask<AppendResult> sent = first.Core.Appends.AppendAsync(
                Audit(first),
                new RecordBatch
                {
                    Lengths = [.. Enumerable.Repeat(1, Size - begun)],
                    Payload = new byte[Size - begun],
                },
                CancellationToken.None);
            first.Turn();
            await sent;

            // What SetRetention refuses.
            first.Core.Catalog.SetRetention(Audit(first).Id, policy.Encode(), AuditEvent.Unsaid);
            first.Close();
        }

        using TierWorld world = TierWorld.Open(disk, TierWorld.Day * 30);
        world.Expire();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(768, world.Ledger.FirstReadable);
        Assert.True(Audit(world).Segments.Expired.IsEmpty);

        // A notice and a tombstone were added, and no filler.
        Assert.Equal(Size + 2, Audit(world).Durable.Value);
        using BundleLease lease = Audit(world).WaitForBundle(Size / 256, 0);
        ReadOnlySpan<byte> said = EntryView.Parse(lease.Entry((Size % 256) + 1)).Payload;
        Assert.True(said.IndexOf(Encoding.UTF8.GetBytes("audit")) >= 0);
    }

    private static OpenLedger Audit(TierWorld world) =>
        world.Core.Ledgers.Get(world.Core.Catalog.Find(LedgerName.Audit)!.Id);
}
