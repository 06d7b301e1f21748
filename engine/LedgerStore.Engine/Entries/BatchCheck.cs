// Compares a batch in the journal with its own header, for a start and for verification alike. The checksum of a frame
// says only that somebody wrote it. Pure; any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Entries;

/// <summary>A batch is what its header says: so many entries, of that producer, all received then, and not before those
/// in front of it.</summary>
internal static class BatchCheck
{
    /// <summary>What is wrong with a batch; null when nothing is.</summary>
    /// <param name="newestMicros">When the entry in front of it was received.</param>
    /// <exception cref="MalformedDataException">It is not made of entries.</exception>
    public static string? Fault(in SectionHeader section, ReadOnlySpan<byte> entries, long newestMicros)
    {
        int count = 0;
        bool isThen = true;
        bool isOfProducer = true;
        for (int at = 0; at < entries.Length; count++)
        {
            int end = BundleFormat.EntryEnd(entries, at);
            ReadOnlySpan<byte> entry = entries[(at + BlockFormat.EntryPrefixBytes)..end];
            isThen &= BundleFormat.ReceivedMicros(entry) == section.ReceivedMicros;
            isOfProducer &= count > 0 || IsOfProducer(section, entry);
            at = end;
        }

        string? wrong = count != section.Count ? $"has {count:N0}"
            : !isOfProducer ? "names another producer or sequence than its first entry"
            : !isThen ? "says another time than its entries"
            : section.ReceivedMicros < newestMicros ? "says an earlier time than what is in front of it"
            : null;
        return wrong is null
            ? null
            : $"the journal's batch of {section.Count:N0} entries from {section.FirstIndex:N0} on {wrong}";
    }

    private static bool IsOfProducer(in SectionHeader section, ReadOnlySpan<byte> first)
    {
        EntryView view = EntryView.Parse(first);
        return section.HasProducer != view.Producer.IsEmpty && section.FirstSequence == view.Sequence;
    }
}
