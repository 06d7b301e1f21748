// What the journal holds of each ledger. Two passes: the first finds which ledgers and which checkpoints are there, the
// second, when it is known which leaves will be asked for, hashes the entries. One thread; then only read.
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>The entries and checkpoints of a journal, by ledger.</summary>
internal sealed class JournalIndex
{
    private readonly Dictionary<uint, (long First, SectionPlace Place)> _starts = [];
    private readonly Dictionary<uint, List<(CheckpointRecord Record, string File)>> _checkpoints = [];
    private readonly Dictionary<uint, JournalEvidence> _evidence = [];
    private Hash256[] _leaves = new Hash256[StoreLimits.EntriesPerBundle];

    /// <summary>Finds who is shown the entries of a ledger that were hashed; null: nobody.</summary>
    public Func<uint, EntriesVisitor?>? Watched { get; init; }

    /// <summary>What batches of producers are compared with; null: they are not.</summary>
    public BatchFingerprint? Fingerprints { get; init; }

    /// <summary>What looks like a signed checkpoint in any file of the directory; null: nobody looked.</summary>
    public NoteScan? Notes { get; init; }

    /// <summary>Ledgers with entries or checkpoints in the journal.</summary>
    public IEnumerable<uint> Ledgers => _starts.Keys.Union(_checkpoints.Keys);

    /// <summary>Entries that were hashed.</summary>
    public long Entries => _evidence.Values.Sum(evidence => evidence.End - evidence.First);

    public JournalEvidence? Find(uint ledger) => _evidence.GetValueOrDefault(ledger);

    public long? FirstIndexOf(uint ledger) => _starts.TryGetValue(ledger, out var start) ? start.First : null;

    public IReadOnlyList<(CheckpointRecord Record, string File)> CheckpointsOf(uint ledger) =>
        _checkpoints.TryGetValue(ledger, out var found) ? found : [];

    /// <summary>First pass.</summary>
    public void Find(JournalWalk walk) => walk.Visit(Note);

    /// <summary>Second pass.</summary>
    /// <param name="wanted">The bundles of a ledger whose leaves are needed.</param>
    public void Hash(JournalWalk walk, Func<uint, IReadOnlySet<long>> wanted)
    {
        foreach ((uint ledger, (long first, SectionPlace place)) in _starts)
        {
            _evidence[ledger] = new JournalEvidence(first, wanted(ledger)) { File = place.File, Offset = place.Offset };
        }

        walk.Visit(Hash);
    }

    private void Note(in SectionHeader section, ReadOnlySpan<byte> content, in SectionPlace place)
    {
        if (section.Type == SectionType.Append)
        {
            _starts.TryAdd(section.LedgerId, (section.FirstIndex, place));
            return;
        }

        if (!_checkpoints.TryGetValue(section.LedgerId, out var found))
        {
            _checkpoints.Add(section.LedgerId, found = []);
        }

        found.Add((new CheckpointRecord(section.FirstIndex, section.Root, content.ToArray()), place.File));
    }

    private void Hash(in SectionHeader section, ReadOnlySpan<byte> content, in SectionPlace place)
    {
        if (section.Type != SectionType.Append
            || !_evidence.TryGetValue(section.LedgerId, out JournalEvidence? evidence)
            || evidence.Broken is not null)
        {
            return;
        }

        if (section.FirstIndex != evidence.End)
        {
            evidence.Broken = $"frame {place.Frame} goes on at {section.FirstIndex:N0} where {evidence.End:N0} was "
                + "expected";
            return;
        }

        if (_leaves.Length < section.Count)
        {
            _leaves = new Hash256[section.Count];
        }

        Span<Hash256> leaves = _leaves.AsSpan(0, section.Count);
        try
        {
            int bytes = Sha256Batch.HashBundle(content, leaves);
            if (bytes != content.Length)
            {
                evidence.Broken = $"frame {place.Frame} has a batch that goes on behind its last entry";
                return;
            }

            if (BatchCheck.Fault(section, content, evidence.NewestMicros) is { } fault)
            {
                evidence.Broken = $"frame {place.Frame}: {fault}";
                return;
            }

            if (section.HasProducer && Fingerprints is { } fingerprints
                && fingerprints.OfEntries(content, section.Count) != section.Fingerprint)
            {
                evidence.Broken = $"frame {place.Frame}: the batch of {section.Count:N0} entries from "
                    + $"{section.FirstIndex:N0} on has not the fingerprint that its header says";
                return;
            }
        }
        catch (MalformedDataException damage)
        {
            evidence.Broken = $"frame {place.Frame} has a batch that is not one: {damage.Message}";
            return;
        }

        evidence.Add(leaves);
        evidence.NewestMicros = section.ReceivedMicros;
        Watched?.Invoke(section.LedgerId)?.Invoke(section.FirstIndex, content, section.Count);
    }
}
