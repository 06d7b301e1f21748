// Compares the newest time that the journal's frames carry with the entries: the store gives no entry an earlier time
// than that, so a time that is still to come would be that of every entry from then on. Any thread shows entries.
using System.Buffers.Binary;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Verification;

/// <summary>The time of the newest entry of a store.</summary>
internal sealed class NewestTime
{
    private long _micros;

    /// <summary>Looks at the last of some entries.</summary>
    public void Add(long first, ReadOnlySpan<byte> bundle, int count)
    {
        int at = 0;
        for (int i = 1; i < count; i++)
        {
            at += BlockFormat.EntryPrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle[at..]);
        }

        int end = BundleFormat.EntryEnd(bundle, at);
        if (EntryView.TryParse(bundle[(at + BlockFormat.EntryPrefixBytes)..end], out EntryView entry))
        {
            Note(entry.ReceivedMicros);
        }
    }

    /// <summary>Takes the time of entries that were not looked at.</summary>
    public void Note(long micros)
    {
        for (long known = Volatile.Read(ref _micros); micros > known;)
        {
            known = Interlocked.CompareExchange(ref _micros, micros, known);
        }
    }

    /// <summary>What is wrong with the journal's time; null when nothing is.</summary>
    public string? Fault(long journalMicros) => journalMicros <= _micros
        ? null
        : $"its frames say that the newest entry was received at {journalMicros}, and the newest there is says "
            + $"{_micros}: what is appended from now on would have a time that is not true";
}
