// Which entries are part of an answer, and what was looked at for it. Used by one run.
using System.Globalization;
using LedgerStore.Client;
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

    /// <summary>An entry comes.</summary>
    public void See(ulong index)
    {
        _first ??= index;
        _next = index + 1;
        Seen++;
    }

    /// <summary>Whether an entry is shown.</summary>
    public bool Takes(ReadOnlySpan<byte> entry) =>
        Takes(_scanner.TryScan(entry) ? question.Match(_scanner.Values) : Fields.Verdict.Opaque);

    /// <summary>The same for an event of an intake: it is asked as its sender wrote it, and with its envelope around
    /// it.</summary>
    /// <param name="entry">The last of its entries.</param>
    public bool Takes(ReadOnlySpan<byte> entry, IntakeRecord record)
    {
        Fields.Verdict verdict = Match(entry, record.ToJson());
        bool isAskedAlone = record.Opaque is not null
            || (record.Form == IntakeForm.Json && record.Bytes.Span.StartsWith("{"u8));
        Fields.Verdict alone = isAskedAlone ? Match(entry, record.Bytes.Span) : Fields.Verdict.No;
        return Takes(alone > verdict ? alone : verdict);
    }

    /// <summary>Takes entries that hold something that cannot be put together: it may be part of the answer.</summary>
    public void TakeUnread(int entries)
    {
        Found += (ulong)entries;
        Opaque += (ulong)entries;
    }

    private Fields.Verdict Match(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> record) =>
        _scanner.TryScan(entry, record) ? question.Match(_scanner.Values) : Fields.Verdict.Opaque;

    private bool Takes(Fields.Verdict verdict)
    {
        // What is no entry cannot be read, and so may be anything.
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
