// A JSON Schema from a file, and what it says against a record. What it refers to is in the file: nothing is fetched.
// Used by one run.
using System.Text.Json;
using Json.Schema;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Checks records by a JSON Schema.</summary>
internal sealed class JsonSchemaFile
{
    private const int BytesMax = 1 << 20;
    private const int ProblemsMax = 20;

    private static readonly EvaluationOptions s_options = new() { OutputFormat = OutputFormat.List };

    private readonly string _path;
    private readonly JsonSchema _schema;

    private JsonSchemaFile(string path, JsonSchema schema) => (_path, _schema) = (path, schema);

    public static async Task<JsonSchemaFile> ReadAsync(Run run, string path)
    {
        string text = await TextFile.ReadAsync(run, path, BytesMax, "JSON Schema").ConfigureAwait(false);
        try
        {
            return new JsonSchemaFile(path, JsonSchema.FromText(text));
        }
        catch (Exception wrong) when (wrong is JsonException or JsonSchemaException or RefResolutionException
            or ArgumentException or InvalidOperationException)
        {
            throw None(path, wrong);
        }
    }

    /// <summary>What the schema says against a record.</summary>
    public IEnumerable<RecordProblem> Find(byte[] record)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(record);
            EvaluationResults results = _schema.Evaluate(document.RootElement, s_options);
            return results.IsValid
                ? []
                : [.. (results.Details ?? []).Append(results).SelectMany(Errors).Distinct().Take(ProblemsMax)];
        }
        catch (JsonException wrong)
        {
            return [new RecordProblem(SchemaTest.SchemaFlag, $"it is no JSON: {wrong.Message}")];
        }
        catch (RefResolutionException wrong)
        {
            throw None(_path, wrong);
        }
    }

    private static UsageException None(string path, Exception wrong) =>
        new($"'{path}' is no JSON Schema that stands alone: {wrong.Message}");

    private static IEnumerable<RecordProblem> Errors(EvaluationResults result) => (result.Errors ?? []).Select(
        error => new RecordProblem(SchemaTest.SchemaFlag, $"at '{result.InstanceLocation}': {error.Value}"));
}
