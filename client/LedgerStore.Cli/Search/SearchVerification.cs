// Verifies the file of a search, without a server. Whoever wrote the file may have left entries out as ones that could
// not be read, and may say himself what a field is: neither is proven, so both are said, and are no success.
// One thread.
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Verifies answers that were kept.</summary>
internal sealed class SearchVerification(Run run, string file, IndexSpec? expected)
{
    private const int FileBytesMax = 1 << 30;

    private readonly List<(ulong First, ulong Count)> _expired = [];
    private readonly List<(ulong First, ulong Count)> _unreadable = [];
    private ulong _found;
    private ulong _excluded;

    /// <param name="expected">By which fields it must have been asked; null: those that the store signed.</param>
    public static int Run(Run run, string file, IndexSpec? expected, OfflineTrust trust)
    {
        byte[] bytes = ForeignFile.ReadNamed(file, FileBytesMax);
        SearchVerification check = new(run, file, expected);
        return OfflineReport.Guard(run, file, () => check.Report(
            SearchProof.Verify(bytes, (origin, note) => trust.Open(origin, note.Span, []), check.See), trust));
    }

    private void See(SearchEvent seen)
    {
        if (seen is not SearchedRange part)
        {
            _found++;
            return;
        }

        _excluded += part.Excluded;
        _expired.AddRange(part.Expired);
        _unreadable.AddRange(part.Unreadable);
    }

    private int Report(SearchedQuestion asked, OfflineTrust trust)
    {
        IndexSpec spec = IndexSpec.Parse(asked.Fields);
        if (expected is not null && expected.Id != spec.Id)
        {
            return OfflineReport.NotVerified(
                run, file, $"it was asked by other fields, {NameOf(spec)}, than those that were named");
        }

        bool areFieldsKnown = asked.AreFieldsSigned || expected is not null;
        string whole = _unreadable.Count == 0 ? "complete" : "complete but for what could not be read";
        return OfflineReport.Verified(
            run,
            file,
            trust,
            json => Write(json, asked, spec, areFieldsKnown),
            [
                $"{asked.Ledger}: {string.Join(' ', asked.Clauses.Select(SafeText.Line))}",
                $"{_found} of {asked.Count} entries from {asked.First} on, {whole}; {_excluded} ruled out by the index",
                .. Meanings(asked, spec),
                $"the fields are {NameOf(spec)}" + (areFieldsKnown
                    ? ""
                    : ", as whoever wrote the file says: no index by them is signed in it. --fields FILE names those "
                        + "that you expect"),
                .. _expired.Select(static one => $"{Said(one)} expired, proven by tombstones in _audit"),
                .. _unreadable.Select(static one =>
                    $"{Said(one)} could not be read, says whoever wrote the file, and may be part of the answer"),
            ],
            isWhole: areFieldsKnown && _unreadable.Count == 0);
    }

    private void Write(Utf8JsonWriter json, SearchedQuestion asked, IndexSpec spec, bool areFieldsKnown)
    {
        json.WriteString("ledger", asked.Ledger);
        json.WriteStartArray("clauses");
        foreach (string clause in asked.Clauses)
        {
            json.WriteStringValue(clause);
        }

        json.WriteEndArray();
        json.WriteNumber("first_index", asked.First);
        json.WriteNumber("count", asked.Count);
        json.WriteNumber("found", _found);
        json.WriteNumber("excluded", _excluded);
        json.WriteString("fields_id", spec.Id.ToHex());
        json.WriteBoolean("fields_known", areFieldsKnown);
        WriteRanges(json, "expired", _expired);
        WriteRanges(json, "unreadable", _unreadable);
    }

    private static void WriteRanges(Utf8JsonWriter json, string name, List<(ulong First, ulong Count)> ranges)
    {
        json.WriteStartArray(name);
        foreach ((ulong first, ulong count) in ranges)
        {
            json.WriteStartObject();
            json.WriteNumber("first_index", first);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // What a word of the question is in a record.
    private static IEnumerable<string> Meanings(SearchedQuestion asked, IndexSpec spec) => asked.Clauses
        .Select(static clause => Clause.Parse(clause).Field)
        .Distinct(StringComparer.Ordinal)
        .Select(name => spec.Fields[spec.NumberOf(name)])
        .Where(static field => field.Paths.Count > 0)
        .Select(static field => SafeText.Line(
            $"{field.Name} is {string.Join(", or ", field.Paths.Select(static path => path.Text))}"));

    private static string NameOf(IndexSpec spec) =>
        SpecProfile.Names.FirstOrDefault(name => SpecProfile.Find(name)!.Id == spec.Id) is { } name
            ? $"those of the profile {name}"
            : $"of the id {spec.Id.ToHex()}";

    private static string Said((ulong First, ulong Count) range) => EntryStream.Range(range.First, range.Count);
}
