// The recovery decision table, row by row: what a journal holds, and what follows from it.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class RecoveryPlanTests
{
    [Fact]
    public void Row_1_a_journal_file_whose_first_page_is_wrong_is_refused()
    {
        JournalFacts facts = Facts([Frame(1, durable: 0)]);
        facts.Damaged.Add("journal/7.jnl: it has 5 bytes instead of 10");
        Assert.Contains("7.jnl", Refused(facts, hasLedgerFiles: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Row_2_no_frame_where_ledgers_have_files_is_refused() =>
        Assert.Contains("no journal file", Refused(Facts([]), hasLedgerFiles: true), StringComparison.Ordinal);

    [Fact]
    public void Row_3_no_frame_and_no_ledger_files_is_a_new_store()
    {
        RecoveryPlan plan = RecoveryPlan.Decide(Facts([]), hasLedgerFiles: false);
        AssertPlan(plan, RecoveryRow.Empty, replay: [], quarantine: [], last: 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Row_4_a_missing_frame_that_is_known_durable_is_refused(long missing)
    {
        FoundFrame[] frames = [.. new long[] { 1, 2, 3, 4 }.Where(n => n != missing).Select(n => Frame(n, n - 1))];
        Assert.Contains($"frame {missing} is missing", Refused(Facts(frames), true), StringComparison.Ordinal);
    }

    [Fact]
    public void Row_4_a_broken_frame_that_is_known_durable_is_refused_and_named()
    {
        JournalFacts facts = Facts([Frame(1, durable: 0), Frame(3, durable: 2)]);
        facts.Broken.Add(new BrokenFrame(0, 8192, Header(2, 1, FrameKind.Batches)));
        string message = Refused(facts, hasLedgerFiles: false);
        Assert.Contains("frame 2 in journal/1.jnl at offset 8192 is damaged", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_4_an_idle_frame_is_enough_to_know_that_the_last_frame_was_durable()
    {
        JournalFacts facts = Facts([Frame(1, durable: 0)]);
        facts.Broken.Add(new BrokenFrame(0, 8192, Header(2, 1, FrameKind.Batches)));
        facts.LastDurable = 2;
        Assert.Contains("frame 2", Refused(facts, hasLedgerFiles: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Row_5_a_clean_close_at_the_end_needs_nothing_before_it()
    {
        JournalFacts facts = Facts([Frame(8, durable: 7, FrameKind.Close)], flushedThrough: 7);
        AssertPlan(RecoveryPlan.Decide(facts, true), RecoveryRow.CleanClose, [8], [], last: 8);
    }

    [Fact]
    public void Row_6_sound_frames_up_to_the_end_are_replayed()
    {
        JournalFacts facts = Facts([Frame(1, 0), Frame(2, 1), Frame(3, 2)]);
        AssertPlan(RecoveryPlan.Decide(facts, true), RecoveryRow.Replay, [1, 2, 3], [], last: 3);
    }

    [Fact]
    public void Row_6_frames_that_are_flushed_are_not_replayed()
    {
        JournalFacts facts = Facts([Frame(4, 3), Frame(5, 4), Frame(6, 5)], flushedThrough: 4);
        AssertPlan(RecoveryPlan.Decide(facts, true), RecoveryRow.Replay, [5, 6], [], last: 6);
    }

    [Fact]
    public void Row_6_a_broken_frame_that_is_flushed_is_not_needed()
    {
        JournalFacts facts = Facts([Frame(5, 4), Frame(6, 5)], flushedThrough: 4);
        facts.Broken.Add(new BrokenFrame(0, 4096, Header(4, 3, FrameKind.Batches)));
        AssertPlan(RecoveryPlan.Decide(facts, true), RecoveryRow.Replay, [5, 6], [], last: 6);
    }

    [Fact]
    public void Row_7_a_torn_last_frame_is_cut_and_kept_aside()
    {
        JournalFacts facts = Facts([Frame(1, 0), Frame(2, 1)]);
        facts.Broken.Add(new BrokenFrame(0, 12288, Header(3, 2, FrameKind.Batches)));
        AssertPlan(RecoveryPlan.Decide(facts, true), RecoveryRow.CutTornTail, [1, 2], [3], last: 2);
    }

    [Fact]
    public void Row_7_sound_frames_behind_a_gap_that_nobody_knows_durable_are_kept_aside()
    {
        // Frame 4 says that 2 is durable, nothing says it of 3.
        JournalFacts facts = Facts([Frame(1, 0), Frame(2, 1), Frame(4, 2)]);
        AssertPlan(RecoveryPlan.Decide(facts, true), RecoveryRow.CutTornTail, [1, 2], [4], last: 2);
    }

    [Fact]
    public void Row_7_a_journal_of_nothing_but_a_torn_first_frame_starts_empty()
    {
        JournalFacts facts = Facts([]);
        facts.Broken.Add(new BrokenFrame(0, 4096, Header(1, 0, FrameKind.Batches)));
        AssertPlan(RecoveryPlan.Decide(facts, false), RecoveryRow.CutTornTail, [], [1], last: 0);
    }

    private static void AssertPlan(RecoveryPlan plan, RecoveryRow row, long[] replay, long[] quarantine, long last)
    {
        Assert.Equal(row, plan.Row);
        Assert.Equal(replay, plan.Replay.Select(static f => f.Header.Number));
        Assert.Equal(quarantine, plan.Quarantine.Select(static f => f.Header.Number));
        Assert.Equal(last, plan.LastFrame);
    }

    private static string Refused(JournalFacts facts, bool hasLedgerFiles)
    {
        StoreException refused = Assert.Throws<StoreException>(() => RecoveryPlan.Decide(facts, hasLedgerFiles));
        Assert.Equal(StoreReason.Corruption, refused.Reason);
        return refused.Message;
    }

    private static JournalFacts Facts(FoundFrame[] frames, long flushedThrough = 0)
    {
        JournalFacts facts = new() { FlushedThrough = flushedThrough };
        facts.Files.Add(new ScannedFile("journal/1.jnl", 1, 99));
        facts.Frames.AddRange(frames);
        facts.LastDurable = frames.Length == 0 ? 0 : frames.Max(static f => f.Header.LastDurable);
        return facts;
    }

    private static FoundFrame Frame(long number, long durable, FrameKind kind = FrameKind.Batches) =>
        new(0, 4096 * number, Header(number, durable, kind));

    private static FrameHeader Header(long number, long durable, FrameKind kind) =>
        new(99, number, durable, 0, 0, 0, 0, 0, kind);
}
