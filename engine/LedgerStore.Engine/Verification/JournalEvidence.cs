// What the journal holds of one ledger, hashed: entries that its files do not have yet, or that recovery would write
// over them. Filled by one thread while the journal is read; then only read.
using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Computed hashes of a run of entries, and where each bundle of it begins in the journal.</summary>
internal sealed class JournalEvidence
{
    private readonly IReadOnlySet<long> _wanted;
    private readonly List<Hash256> _roots = [];
    private readonly Dictionary<long, Hash256[]> _leaves = [];
    private readonly Hash256[] _filling = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Hash256[] _scratch = new Hash256[StoreLimits.EntriesPerBundle];

    /// <param name="first">The index of the first entry.</param>
    /// <param name="wanted">Bundles whose leaves are kept.</param>
    public JournalEvidence(long first, IReadOnlySet<long> wanted)
    {
        First = first;
        End = first;
        _wanted = wanted;
    }

    public long First { get; }

    /// <summary>Behind the last entry.</summary>
    public long End { get; private set; }

    /// <summary>Why the journal could not be followed to its end; null when it could.</summary>
    public string? Broken { get; set; }

    /// <summary>The file that holds the first entry, and the frame's place in it.</summary>
    public string? File { get; set; }

    public long Offset { get; set; }

    /// <summary>When the last entry was received.</summary>
    public long NewestMicros { get; set; }

    private long FirstFullBundle => (First + StoreLimits.EntriesPerBundle - 1) / StoreLimits.EntriesPerBundle;

    /// <summary>Takes the next leaf hashes.</summary>
    public void Add(ReadOnlySpan<Hash256> leaves)
    {
        while (!leaves.IsEmpty)
        {
            int slot = (int)(End % StoreLimits.EntriesPerBundle);
            int count = Math.Min(leaves.Length, StoreLimits.EntriesPerBundle - slot);
            leaves[..count].CopyTo(_filling.AsSpan(slot));
            leaves = leaves[count..];
            End += count;
            if (End % StoreLimits.EntriesPerBundle == 0)
            {
                Close((End / StoreLimits.EntriesPerBundle) - 1);
            }
        }
    }

    /// <summary>The root of a bundle that is whole in the journal.</summary>
    public bool TryGetRoot(long bundle, out Hash256 root)
    {
        long at = bundle - FirstFullBundle;
        bool isThere = at >= 0 && at < _roots.Count;
        root = isThere ? _roots[(int)at] : default;
        return isThere;
    }

    /// <summary>The leaves of a bundle that was asked for, and of the last one: 256, of which those from First on and
    /// before End are set.</summary>
    public bool TryGetLeaves(long bundle, [NotNullWhen(true)] out Hash256[]? leaves)
    {
        leaves = bundle == End / StoreLimits.EntriesPerBundle ? _filling : _leaves.GetValueOrDefault(bundle);
        return leaves is not null;
    }

    private void Close(long bundle)
    {
        if (bundle >= FirstFullBundle)
        {
            Invariant.That(bundle == FirstFullBundle + _roots.Count, "bundles of the journal follow each other");
            _roots.Add(Sha256Batch.PerfectRoot(_filling, _scratch));
        }

        if (bundle < FirstFullBundle || _wanted.Contains(bundle))
        {
            _leaves[bundle] = [.. _filling];
        }
    }
}
