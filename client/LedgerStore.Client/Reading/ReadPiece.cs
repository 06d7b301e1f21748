// Events of a verified read that are proven together: what was read between two points, and what the tree must be
// there.
// Owned by one enumeration.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

internal sealed class ReadPiece
{
    private readonly List<ReadStep> _steps = [];
    private int _bytes;

    internal IReadOnlyList<ReadStep> Steps => _steps;

    /// <summary>It has entries, or what stands for them.</summary>
    internal bool HasRange { get; private set; }

    /// <summary>The first index.</summary>
    internal ulong First { get; private set; }

    /// <summary>The index behind the last one.</summary>
    internal ulong End { get; private set; }

    /// <summary>It has grown enough to be proven.</summary>
    internal bool IsFull => _bytes >= VerifiedReader.PieceBytes;

    /// <summary>The subtrees before it; null: the server has to prove them first.</summary>
    internal Task<CompactRange>? Before { get; set; }

    /// <summary>The subtrees up to its end, as its events say. Set when it is closed.</summary>
    internal Task<CompactRange>? After { get; set; }

    /// <summary>The checkpoint, and the subtrees up to its end as that proves them. Set when it is closed.</summary>
    internal Task<ProvenSide>? Proven { get; set; }

    /// <summary>Adds an event that covers no indexes.</summary>
    internal void AddOther(in ReadStep step) => _steps.Add(step);

    /// <summary>Adds an event that covers a range.</summary>
    internal void Add(in ReadStep step, ulong first, ulong count)
    {
        if (!HasRange)
        {
            HasRange = true;
            First = first;
        }

        End = first + count;
        _bytes += step.Bundle.Length;
        _steps.Add(step);
    }

    /// <summary>Extends the subtrees by everything in this piece.</summary>
    internal void AppendTo(CompactRange range)
    {
        Hash256[] leaves = [];
        foreach (ReadStep step in _steps)
        {
            if (step.Event is ExpiredRange expired)
            {
                range.AppendSubtree(System.Numerics.BitOperations.Log2(expired.Count), expired.Root);
            }
            else if (step.Event is null)
            {
                if (leaves.Length < step.Count)
                {
                    leaves = new Hash256[step.Count];
                }

                _ = Sha256Batch.HashBundle(step.Bundle.Span, leaves.AsSpan(0, step.Count));
                range.Append(leaves.AsSpan(0, step.Count));
            }
        }
    }
}

/// <summary>What a checkpoint proves about the first entries of its tree.</summary>
internal readonly record struct ProvenSide(VerifiedCheckpoint Checkpoint, Hash256[] Nodes);
