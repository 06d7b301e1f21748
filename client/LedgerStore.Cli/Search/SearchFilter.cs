// Which entries are part of an answer, and what was looked at for it. Used by one run.
using System.Globalization;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Decides about each entry of a search, and counts.</summary>
internal sealed class SearchFilter(Question question)
{
    private readonly FieldScanner _scanner = new(question.Spec);
    private ulong? _first;
    private ulong _next;

    /// <summary>Entries that are part of the answer.</summary>
    public ulong Found { get; private set; }

    /// <summary>Entries of them whose record cannot be read: they may be part of the answer.</summary>
    public ulong Opaque { get; private set; }

    /// <summary>Entries that were looked at.</summary>
    public ulong Seen { get; private set; }

    /// <summary>Takes an entry.</summary>
    /// <returns>Whether it is shown.</returns>
    public bool Takes(ulong index, ReadOnlySpan<byte> entry)
    {
        _first ??= index;
        _next = index + 1;
        Seen++;

        // What is no entry cannot be read, and so may be anything.
        Fields.Verdict verdict = _scanner.TryScan(entry)
            ? question.Match(_scanner.Values)
            : Fields.Verdict.Opaque;
        Found += verdict == Fields.Verdict.No ? 0UL : 1;
        Opaque += verdict == Fields.Verdict.Opaque ? 1UL : 0;
        return verdict != Fields.Verdict.No;
    }

    /// <summary>What the answer is worth, in a sentence.</summary>
    public string Summary(string proven)
    {
        string opaque = Opaque == 0
            ? ""
            : $"; {Number(Opaque)} of them cannot be read (no JSON, or beyond a limit): look at them yourself, with "
                + "the clause @opaque=true";
        return _first is { } first
            ? $"{Number(Found)} of {Number(Seen)} entries, of {first} to {_next - 1}, {proven}{opaque}"
            : "there are no entries in the range";
    }

    private static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
