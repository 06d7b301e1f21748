// What the statements of indexes say of the ledgers that they are about: entry s says that segment s was complete, and
// the root over its entries. They are signed as entries of a ledger of their own, and so know of entries that the
// ledger itself has lost with all that it signed about them. Any thread adds; compared when all ledgers are verified.
using System.Buffers.Binary;
using System.Collections.Concurrent;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Statements, and what was found of the ledgers that they are about.</summary>
internal sealed class StatementBook(StorePaths paths)
{
    private readonly ConcurrentDictionary<(IndexLedgerName Index, long Segment), Hash256?> _said = new();
    private readonly ConcurrentDictionary<uint, (string Name, long Size, Hash256[] Roots)> _found = new();

    /// <summary>Who looks at the entries of a ledger; null: they are no statements.</summary>
    public EntriesVisitor? WatcherOf(CatalogLedger ledger) => IndexLedgerName.TryParse(ledger.Name, out var index)
        ? (first, bundle, count) => Add(index, first, bundle, count)
        : null;

    /// <summary>A ledger was verified.</summary>
    public void Note(CatalogLedger ledger, long size, IReadOnlyList<SegmentJob> segments) =>
        _found[ledger.Id] = (ledger.Name, size, [.. segments.Select(static job => job.Root)]);

    /// <summary>Ledgers that are shorter than statements say, or have other entries.</summary>
    public IEnumerable<VerifyFinding> Compare()
    {
        foreach ((IndexLedgerName index, long segment) in _said.Keys
            .OrderBy(static one => one.Index.LedgerId).ThenBy(static one => one.Segment))
        {
            // A ledger that the catalog does not have is missing already.
            if (_found.TryGetValue(index.LedgerId, out (string Name, long Size, Hash256[] Roots) found)
                && Find(index, segment, found) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private VerifyFinding? Find(
        IndexLedgerName index, long segment, (string Name, long Size, Hash256[] Roots) ledger)
    {
        long first = SegmentFormat.FirstIndex(segment);
        long end = first + StoreLimits.EntriesPerSegment;
        string says = $"entry {segment:N0} of {index} says that entries {first:N0} to {end - 1:N0} were there";
        if (ledger.Size < end)
        {
            return Finding(
                VerifyFindingKind.RolledBack, Math.Max(first, ledger.Size), end - Math.Max(first, ledger.Size),
                $"{says}, and the ledger ends at {ledger.Size:N0}: an older copy of it was put back");
        }

        // Where entries cannot be read there is a finding already.
        Hash256 root = segment < ledger.Roots.Length ? ledger.Roots[segment] : default;
        return _said[(index, segment)] is { } said && root != default && root != said
            ? Finding(
                VerifyFindingKind.RootMismatch, first, StoreLimits.EntriesPerSegment,
                $"{says} with the root {said.ToBase64()}, and they have {root.ToBase64()}: the ledger was forked")
            : null;

        VerifyFinding Finding(VerifyFindingKind kind, long from, long count, string evidence) =>
            new(kind, ledger.Name, from, count, paths.StateLog(index.LedgerId), -1, evidence);
    }

    private void Add(IndexLedgerName index, long first, ReadOnlySpan<byte> bundle, int count)
    {
        for (int i = 0, at = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bundle[at..]);
            at += BlockFormat.EntryPrefixBytes;
            if (EntryView.TryParse(bundle.Slice(at, length), out EntryView view)
                && view.ContentType.SequenceEqual(IndexStatement.ContentType))
            {
                _said[(index, first + i)] = RootIn(view.Payload);
            }

            at += length;
        }
    }

    // Of a segment that had expired in part there is no index, and no root; what is no statement, who searches says.
    private static Hash256? RootIn(ReadOnlySpan<byte> payload)
    {
        try
        {
            return payload.IsEmpty ? null : IndexStatement.Read(payload).Facts.SegmentRoot;
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }
}
