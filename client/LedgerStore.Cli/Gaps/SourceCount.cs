// How far one source has counted, and where its count is broken. Owned by the book; one thread.
using System.Globalization;
using System.Text.Json;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>The count of one producer of one identity.</summary>
/// <param name="counts">Whether its records are to have a count of their own.</param>
internal sealed class SourceCount(string appender, string producer, bool counts)
{
    /// <summary>Beyond it nobody counts, and sums would have no end.</summary>
    public const decimal NumberMax = 1_000_000_000_000_000_000;

    private const int GapsMax = 1_000;
    private readonly List<string> _gaps = [];
    private decimal? _first;
    private decimal? _last;
    private ulong _notSeen;

    public string Appender { get; } = appender;

    public string Producer { get; } = producer;

    public long Entries { get; private set; }

    /// <summary>When its newest entry was received.</summary>
    public DateTimeOffset Last { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Numbers that were left out.</summary>
    public decimal Missing { get; private set; }

    /// <summary>How often a number was not greater than the one before.</summary>
    public long WentBack { get; private set; }

    /// <summary>Each place, in words; at most a thousand.</summary>
    public IReadOnlyList<string> Gaps => _gaps;

    /// <summary>Entries that have no place in the count.</summary>
    public long Uncounted { get; private set; }

    /// <summary>Also when some entries count and others do not: behind those anything can be missing.</summary>
    public bool IsBroken => Missing > 0 || WentBack > 0 || (Uncounted > 0 && (_last is not null || counts));

    public string FirstNumber => Text(_first);

    public string LastNumber => Text(_last);

    /// <param name="number">Its place in the count; null: it has none.</param>
    /// <param name="notSeen">Entries of the ledger that were not seen so far.</param>
    public void Take(LedgerEntry entry, decimal? number, ulong notSeen)
    {
        Entries++;
        Last = entry.Received > Last ? entry.Received : Last;
        if (number is not { } now)
        {
            Uncounted++;
            return;
        }

        if (_last is { } before)
        {
            Compare(entry.Index, before, now, notSeen - _notSeen);
        }

        _notSeen = notSeen;
        _first ??= now;
        _last = now;
    }

    public void Write(Utf8JsonWriter json, bool isSilent)
    {
        json.WriteStartObject();
        json.WriteString("appender", Appender);
        json.WriteString("producer", Producer);
        json.WriteNumber("entries", Entries);
        json.WriteString("from", FirstNumber);
        json.WriteString("to", LastNumber);
        json.WriteString("last", JsonOutput.Time(Last));
        json.WriteNumber("missing", Missing);
        json.WriteNumber("went_back", WentBack);
        json.WriteNumber("uncounted", Uncounted);
        json.WriteBoolean("silent", isSilent);
        json.WriteStartArray("gaps");
        _gaps.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // As many as lie between the two and were not seen may be what is missing; no more.
    private void Compare(ulong index, decimal before, decimal now, ulong notSeen)
    {
        string? gap = null;
        if (now <= before)
        {
            WentBack++;
            gap = $"entry {index} has {Text(now)} behind {Text(before)}";
        }
        else if (now - before - 1 > notSeen)
        {
            Missing += now - before - 1 - notSeen;
            gap = $"{Text(before + 1)} to {Text(now - 1)} are missing before entry {index}"
                + (notSeen > 0 ? $", but for at most {notSeen} that cannot be read" : "");
        }

        if (gap is not null && _gaps.Count < GapsMax)
        {
            _gaps.Add(gap);
        }
    }

    private static string Text(decimal? number) => number?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";
}
