// The recovery decision table: from what a journal holds to what has to be done. Pure; each row has its test.
//
//  row  what is found                                                    what follows
//   1   a journal file whose first page or length is wrong               refuse: damaged
//   2   no frame, and ledgers have files                                 refuse: the journal is gone
//   3   no frame, and no ledger has a file                               start empty
//   4   a frame that is known durable is missing or broken               refuse: damaged, naming frame and file
//   5   the last frame is a clean close                                  nothing to replay
//   6   all frames up to the last one are sound, nothing behind          replay them
//   7   a broken frame, or sound ones behind a gap, and nobody knows     replay up to there, put the rest into
//       any of them durable: a torn tail, never acknowledged             quarantine
//
// "Known durable" is what any sound frame anywhere says: a frame is written only when the one before it is durable, and
// says so; an idle frame says it of the last one. So a torn tail and a damaged journal cannot be confused.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Recovery;

/// <summary>What to do with a journal.</summary>
internal sealed record RecoveryPlan(
    RecoveryRow Row, IReadOnlyList<FoundFrame> Replay, IReadOnlyList<BrokenFrame> Quarantine, long LastFrame)
{
    /// <summary>Decides, or refuses.</summary>
    /// <exception cref="StoreException">Rows 1, 2 and 4.</exception>
    public static RecoveryPlan Decide(JournalFacts facts, bool hasLedgerFiles)
    {
        if (facts.Damaged.Count > 0)
        {
            throw Refuse(string.Join("; ", facts.Damaged));
        }

        if (facts.Frames.Count == 0 && hasLedgerFiles)
        {
            throw Refuse("the store has been used, and no journal file holds a frame");
        }

        List<FoundFrame> chain = Chain(facts, out long end);
        if (facts.LastDurable > end)
        {
            throw Refuse(DescribeMissing(facts, end + 1));
        }

        if (facts.Frames.Count == 0 && facts.Broken.Count == 0)
        {
            return new RecoveryPlan(RecoveryRow.Empty, [], [], end);
        }

        List<BrokenFrame> behind = Behind(facts, end);
        RecoveryRow row = behind.Count > 0 ? RecoveryRow.CutTornTail
            : chain.Count > 0 && chain[^1].Header.Kind == FrameKind.Close ? RecoveryRow.CleanClose
            : RecoveryRow.Replay;
        return new RecoveryPlan(row, chain, behind, end);
    }

    /// <summary>The frames that are needed, one after the other without a gap, as far as they go.</summary>
    private static List<FoundFrame> Chain(JournalFacts facts, out long end)
    {
        List<FoundFrame> chain = [];
        end = facts.FlushedThrough;
        foreach (FoundFrame frame in facts.Frames)
        {
            if (frame.Header.Number == end + 1)
            {
                chain.Add(frame);
                end++;
            }
        }

        return chain;
    }

    /// <summary>What lies behind the last frame of the chain, broken or not.</summary>
    private static List<BrokenFrame> Behind(JournalFacts facts, long end) =>
    [
        .. facts.Broken.Where(b => b.Header.Number > end),
        .. facts.Frames.Where(f => f.Header.Number > end).Select(f => new BrokenFrame(f.FileIndex, f.Offset, f.Header)),
    ];

    private static string DescribeMissing(JournalFacts facts, long number)
    {
        foreach (BrokenFrame broken in facts.Broken)
        {
            if (broken.Header.Number == number)
            {
                return $"frame {number} in {facts.Files[broken.FileIndex].Path} at offset {broken.Offset} is damaged, "
                    + "and it was acknowledged";
            }
        }

        return $"frame {number} is missing, frames up to {facts.LastDurable} were acknowledged";
    }

    private static StoreException Refuse(string what) => new(
        StoreReason.Corruption,
        $"the journal is damaged: {what}. Nothing was changed. Keep a copy of the data directory as evidence, then "
        + "restore a backup or ask for help");
}

/// <summary>The rows of the table that lead to a start.</summary>
internal enum RecoveryRow
{
    Empty,
    CleanClose,
    Replay,
    CutTornTail,
}
