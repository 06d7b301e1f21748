// The sources of a ledger: each identity with each of its producers. Owned by a command; one thread.
using System.Globalization;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Takes entries in their order, and counts them by source.</summary>
/// <param name="counted">The field with a count of the records' own; null: the producer's sequence counts.</param>
internal sealed class SourceBook(IndexSpec? counted)
{
    /// <summary>The name of the field that is counted.</summary>
    public const string Field = "sequence";

    private readonly SortedDictionary<(string Appender, string Producer), SourceCount> _sources = [];
    private readonly FieldScanner? _scanner = counted is null ? null : new FieldScanner(counted);

    public IReadOnlyCollection<SourceCount> Sources => _sources.Values;

    public long Entries { get; private set; }

    /// <summary>Entries that are gone or cannot be read: they may hold what seems to be missing.</summary>
    public ulong NotSeen { get; private set; }

    public void Take(LedgerEvent next)
    {
        switch (next)
        {
            case LedgerEntry entry:
                Entries++;
                Of(entry).Take(entry, NumberOf(entry), NotSeen);
                break;
            case ExpiredRange gone:
                NotSeen += gone.Count;
                break;
            case UnreadableRange away:
                NotSeen += away.Count;
                break;
            default:
                break;
        }
    }

    private SourceCount Of(LedgerEntry entry)
    {
        (string Appender, string Producer) name = (entry.Appender, entry.Producer);
        if (!_sources.TryGetValue(name, out SourceCount? source))
        {
            source = new SourceCount(name.Appender, name.Producer, counts: _scanner is not null);
            _sources.Add(name, source);
        }

        return source;
    }

    // A record without the field, with several values in it, or with one that nobody counts so far, has no place.
    private decimal? NumberOf(LedgerEntry entry)
    {
        if (_scanner is null)
        {
            return entry.ProducerSequence > 0 ? entry.ProducerSequence : null;
        }

        string? text = null;
        if (_scanner.TryScan(entry.Bytes.Span))
        {
            foreach (FieldValue value in _scanner.Values.All)
            {
                if (value.Field == OwnField.Count)
                {
                    text = text is null ? Encoding.UTF8.GetString(_scanner.Values.TextOf(value)) : string.Empty;
                }
            }
        }

        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            && Math.Abs(number) <= SourceCount.NumberMax ? number : null;
    }
}
