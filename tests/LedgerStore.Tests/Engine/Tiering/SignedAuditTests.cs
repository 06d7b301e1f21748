// The book of `_audit`, read while the bundler is behind: what is durable and not readable yet is early, and no bug.
using LedgerStore.Engine;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class SignedAuditTests
{
    [Fact]
    public void Entries_that_are_durable_and_not_bundled_yet_are_early()
    {
        using TierWorld world = TierWorld.Open(new SimulatedFileSystem(new SimulatedOptions()), TimeSpan.Zero);
        world.Create();
        OpenLedger audit = world.Core.Ledgers.Get(Catalog.AuditId);
        SignedAudit book = new(world.Core.Ledgers, world.Core.Keys, world.Core.AuditProof);
        Assert.True(book.Read(audit.Durable.Value, 10).IsDone);

        ValueTask<AppendResult> sent = world.Core.Appends.AppendAsync(
            audit, new RecordBatch { Lengths = [1], Payload = new byte[1] }, CancellationToken.None);
        world.Core.RunSequencer();
        long size = audit.Durable.Value;
        Assert.True(size > audit.ReadableSize);
        AuditReading early = book.Read(size, 10);
        Assert.Equal((false, true), (early.IsDone, early.IsEarly));

        world.Turn();
        Assert.True(sent.IsCompletedSuccessfully);
        Assert.True(book.Read(size, 10).IsDone);
    }
}
