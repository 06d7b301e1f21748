// A search by a ledger's index: the server sends what may be part of the answer and proves that the rest is not; that
// is checked here against the keys that this user trusts. One run.
using System.Globalization;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>Searches by the index.</summary>
internal sealed class IndexedSearch(Run run, EntryPrinter printer)
{
    private ulong _found;
    private ulong _opaque;
    private ulong _entries;
    private ulong _excluded;
    private bool _isWhole = true;

    /// <summary>What was printed before a page is complete: then nothing else may be printed instead.</summary>
    public bool HasPrinted => _found > 0;

    /// <summary>Shows the answer as it comes.</summary>
    public async Task<int> RunAsync(Searcher searcher, SearchOptions asked, bool explains)
    {
        await foreach (SearchEvent next in searcher.SearchAsync(asked, run.Cancellation).ConfigureAwait(false))
        {
            if (next is FoundEntryEvent found)
            {
                _found++;
                _opaque += found.IsOpaque ? 1UL : 0;
                printer.Print(found.Entry.Index, found.Entry.Bytes.Span);
            }
            else
            {
                Tell((SearchedRange)next, explains);
            }
        }

        printer.Flush();
        run.Note(Summary());
        if (asked.Proof?.Keys is > 0 and int keys)
        {
            run.Note($"the file has the keys of {keys} segments of a salted ledger: whoever has it can ask the pages "
                + "in it for other values too");
        }

        return _isWhole ? ExitCode.Done : ExitCode.ServerError;
    }

    /// <summary>Says what a part of the range was.</summary>
    public void Tell(SearchedRange part, bool explains)
    {
        _entries += part.End - part.First;
        _excluded += part.Excluded;
        _isWhole &= part.Unreadable.Count == 0;
        printer.Flush();
        foreach ((ulong first, ulong count) in part.Expired)
        {
            Tell("expired", first, count, "expired by policy, proven by tombstones in _audit");
        }

        foreach ((ulong first, ulong count) in part.Unreadable)
        {
            Tell("unreadable", first, count, "cannot be read, says the server, and may be part of the answer");
        }

        if (explains)
        {
            run.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{EntryStream.Range(part.First, part.End - part.First)}: the index of {part.IndexedSegments} segments "
                + $"({part.ProofBytes:N0} bytes with proofs) rules out {part.Excluded:N0}; {part.EntryBytes:N0} bytes "
                + $"of entries were looked at"));
        }
    }

    public string Summary()
    {
        string opaque = _opaque == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"; {_opaque:N0} of them cannot be read (no JSON, or beyond a limit): look at them yourself, with the "
                + $"clause @opaque=true");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_found:N0} of {_entries:N0} entries, complete{(_isWhole ? "" : " but for what cannot be read")}: "
            + $"{_excluded:N0} ruled out by the index, the others looked at, all proven against signed checkpoints"
            + $"{opaque}");
    }

    private void Tell(string kind, ulong first, ulong count, string what)
    {
        if (printer.Format == EntryFormat.Json)
        {
            printer.PrintOther(JsonOutput.Line(json =>
            {
                json.WriteStartObject(kind);
                json.WriteNumber("first_index", first);
                json.WriteNumber("count", count);
                json.WriteEndObject();
            }));
            return;
        }

        run.Note($"{EntryStream.Range(first, count)} {what}");
    }
}
