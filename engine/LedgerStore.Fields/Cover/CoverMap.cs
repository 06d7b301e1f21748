// Which bundles of the range are accounted for, and by what. Each exactly once: a second time is a lie, and what is
// left over is a gap. Owned by one thread.

using System.Diagnostics.CodeAnalysis;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Why nothing more has to be known of a bundle.</summary>
internal enum CoverState : byte
{
    /// <summary>It is not accounted for.</summary>
    Open,

    /// <summary>Its entries were delivered, and none is part of the answer.</summary>
    Delivered,

    /// <summary>Its entries were delivered, and some are.</summary>
    DeliveredWithFinds,

    /// <summary>The index of its segment has none of a clause's terms in it.</summary>
    Excluded,

    /// <summary>It expired.</summary>
    Expired,

    /// <summary>The server cannot read it.</summary>
    Unreadable,
}

/// <summary>The bundles from that of the first index to that of the last.</summary>
internal sealed class CoverMap
{
    private readonly CoverState[] _states;

    public CoverMap(ulong first, ulong end)
    {
        FirstBundle = first / EntryBounds.EntriesPerBundle;
        EndBundle = (end + EntryBounds.EntriesPerBundle - 1) / EntryBounds.EntriesPerBundle;
        _states = new CoverState[Math.Max(0, checked((int)(EndBundle - Math.Min(FirstBundle, EndBundle))))];
    }

    public ulong FirstBundle { get; }

    public ulong EndBundle { get; }

    public bool Has(ulong bundle) => bundle >= FirstBundle && bundle < EndBundle;

    /// <summary>Accounts for a bundle.</summary>
    /// <exception cref="VerificationFailedException">It is not in the range, or was accounted for before.</exception>
    public void Set(ulong bundle, CoverState state)
    {
        if (!Has(bundle))
        {
            throw new VerificationFailedException($"bundle {bundle} is not in the range that was asked for");
        }

        ref CoverState now = ref _states[bundle - FirstBundle];
        if (now != CoverState.Open)
        {
            ThrowOverlap(bundle, now, state);
        }

        now = state;
    }

    /// <summary>The parts of the range in this state, in entries and within its bounds.</summary>
    public IReadOnlyList<(ulong First, ulong Count)> In(CoverState state, ulong first, ulong end)
    {
        List<(ulong First, ulong Count)> found = [];
        for (ulong bundle = FirstBundle; bundle < EndBundle; bundle++)
        {
            ulong from = Math.Max(first, bundle * EntryBounds.EntriesPerBundle);
            ulong to = Math.Min(end, (bundle + 1) * EntryBounds.EntriesPerBundle);
            if (_states[bundle - FirstBundle] != state || from >= to)
            {
                continue;
            }

            if (found.Count > 0 && found[^1].First + found[^1].Count == from)
            {
                found[^1] = (found[^1].First, found[^1].Count + to - from);
            }
            else
            {
                found.Add((from, to - from));
            }
        }

        return found;
    }

    [DoesNotReturn]
    private static void ThrowOverlap(ulong bundle, CoverState now, CoverState state)
    {
        bool isFalseIndex = (now, state) is (CoverState.DeliveredWithFinds, CoverState.Excluded)
            or (CoverState.Excluded, CoverState.DeliveredWithFinds);
        throw new VerificationFailedException(isFalseIndex
            ? $"the index is false: bundle {bundle} has entries of the answer, and "
                + "the index of its segment says that it has none; keep both as evidence"
            : $"bundle {bundle} is accounted for twice: as {now} and as {state}");
    }
}
