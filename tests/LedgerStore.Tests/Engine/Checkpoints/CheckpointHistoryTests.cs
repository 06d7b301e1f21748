// What a ledger signed is found wherever it is: in memory, on its way to state.log, or there.

using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class CheckpointHistoryTests
{
    private const int Segment = StoreLimits.EntriesPerSegment;

    /// <summary>Of ten segments with a hundred checkpoints each, nothing of which is in state.log yet.</summary>
    [Fact]
    public void The_smallest_one_that_is_kept_is_found_before_it_is_in_state_log()
    {
        CheckpointHistory history = new();
        CheckpointWindow kept = new();
        for (int i = 1; i <= 1000; i++)
        {
            CheckpointRecord record = new(i * (long)Segment / 100, default, []);
            history.NoteJournaled(record);
            history.Publish(record);
            kept.TryAdd(record, out _);
        }

        // Signed, and in no durable frame yet: nobody may see it.
        history.NoteJournaled(new CheckpointRecord(11 * Segment, default, []));
        for (long size = 1; size <= 10 * Segment; size += 997)
        {
            Assert.Equal(kept.FindAtLeast(size)!.Size, history.FindAtLeast(size, out _)!.Size);
        }

        Assert.Equal(Segment, history.FindAtLeast(5, out bool isExact)!.Size);
        Assert.False(isExact, "state.log may have a smaller one");
        Assert.Equal(3 * Segment, history.FindAtLeast(3 * Segment, out isExact)!.Size);
        Assert.True(isExact);
        Assert.Null(history.FindAtLeast((10 * Segment) + 1, out _));
    }
}
