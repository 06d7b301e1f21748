// How far one source has counted, and where its count is broken. Owned by the book; one thread.
using System.Globalization;
using System.Text.Json;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>The count of one producer of one identity.</summary>
internal sealed class SourceCount(string appender, string producer)
{
    private const int GapsMax = 1_000;
    private readonly List<string> _gaps = [];
    private double? _first;
    private double? _last;
    private ulong _notSeen;

    public string Appender { get; } = appender;

    public string Producer { get; } = producer;

    public long Entries { get; private set; }

    /// <summary>When its newest entry was received.</summary>
    public DateTimeOffset Last { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Numbers that were left out.</summary>
    public double Missing { get; private set; }

    /// <summary>How often a number was not greater than the one before.</summary>
    public long WentBack { get; private set; }

    /// <summary>Each place, in words; at most a thousand.</summary>
    public IReadOnlyList<string> Gaps => _gaps;

    public bool IsBroken => Missing > 0 || WentBack > 0;

    public string FirstNumber => Text(_first);

    public string LastNumber => Text(_last);

    /// <param name="number">Its place in the count; null: it has none.</param>
    /// <param name="notSeen">Entries of the ledger that were not seen so far.</param>
    public void Take(LedgerEntry entry, double? number, ulong notSeen)
    {
        Entries++;
        Last = entry.Received > Last ? entry.Received : Last;
        if (number is not { } now)
        {
            return;
        }

        // What lies between two entries that were seen may be in those that were not.
        if (_last is { } before && notSeen == _notSeen)
        {
            Compare(entry.Index, before, now);
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
        json.WriteBoolean("silent", isSilent);
        json.WriteStartArray("gaps");
        _gaps.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Compare(ulong index, double before, double now)
    {
        string? gap = null;
        if (now <= before)
        {
            WentBack++;
            gap = $"entry {index} has {Text(now)} behind {Text(before)}";
        }
        else if (now > before + 1)
        {
            Missing += now - before - 1;
            gap = $"{Text(before + 1)} to {Text(now - 1)} are missing before entry {index}";
        }

        if (gap is not null && _gaps.Count < GapsMax)
        {
            _gaps.Add(gap);
        }
    }

    private static string Text(double? number) => number?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";
}
