// Checks of records that are used again: each holds the room that the values of one record need. Any thread.

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace LedgerStore.Fields;

/// <summary>Looks at batches.</summary>
internal static class RecordChecks
{
    // As many as check at the same moment; each keeps some 300 KiB.
    private const int IdleMax = 16;

    private static readonly ConditionalWeakTable<IndexSpec, ConcurrentBag<RecordCheck>> s_idle = [];

    /// <summary>The first record of a batch with a problem.</summary>
    /// <param name="number">Which it is, from 0.</param>
    /// <returns>Null: there is none.</returns>
    public static RecordProblem? Find(
        IndexSpec spec,
        ReadOnlySpan<int> lengths,
        ReadOnlySpan<byte> payload,
        long? receivedMicros,
        out int number)
    {
        ConcurrentBag<RecordCheck> idle = s_idle.GetValue(spec, static _ => []);
        RecordCheck check = idle.TryTake(out RecordCheck? used) ? used : new RecordCheck(spec);
        RecordProblem? found = null;
        number = 0;
        int at = 0;
        foreach (int length in lengths)
        {
            found = check.Find(payload.Slice(at, length), receivedMicros);
            if (found is not null)
            {
                break;
            }

            at += length;
            number++;
        }

        if (idle.Count < IdleMax)
        {
            idle.Add(check);
        }

        return found;
    }
}
