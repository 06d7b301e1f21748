// What is wrong with the records of a file, line by line, and in sum. Used by one run.
using System.Text;
using System.Text.Json;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Looks at records and counts what it finds.</summary>
internal sealed class SchemaTest(Run run, IndexSpec spec, JsonSchemaFile? schema)
{
    public const string SchemaFlag = "schema";

    private readonly RecordCheck _check = new(spec);
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _lines;
    private int _wrong;

    public void Look(string record)
    {
        _lines++;
        byte[] payload = Encoding.UTF8.GetBytes(record);
        RecordProblem[] problems = [.. _check.FindAll(payload, receivedMicros: null), .. schema?.Find(payload) ?? []];
        if (problems.Length == 0)
        {
            return;
        }

        _wrong++;
        foreach (string flag in problems.Select(static problem => problem.Flag).Distinct(StringComparer.Ordinal))
        {
            _counts[flag] = _counts.GetValueOrDefault(flag) + 1;
        }

        if (run.IsJson)
        {
            run.Text(JsonOutput.Line(json => Write(json, problems)));
            return;
        }

        foreach (RecordProblem problem in problems)
        {
            run.Line($"{_lines}: {problem.Flag}: {problem.Reason}");
        }
    }

    public int Finish()
    {
        string what = spec.Rejects ? "would be refused" : "would be flagged";
        string how = string.Concat(_counts.Select(static one => $", {one.Value} {one.Key}"));
        run.Note($"{_lines} records, {_wrong} {what}{how}");
        if (!spec.IsDemanding && schema is null)
        {
            run.Note("these fields demand nothing of a record but that it can be read; --require NAME demands one");
        }

        return _wrong == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }

    private void Write(Utf8JsonWriter json, RecordProblem[] problems)
    {
        json.WriteNumber("line", _lines);
        json.WriteStartArray("problems");
        foreach (RecordProblem problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("flag", problem.Flag);
            json.WriteString("reason", problem.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
