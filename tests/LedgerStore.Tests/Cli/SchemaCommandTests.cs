// `ledger schema test`: what would be flagged, by fields and by a JSON Schema; no server is needed.

using System.Text.Json.Nodes;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class SchemaCommandTests : IDisposable
{
    private const string Records = """
        {"actor":{"user":{"name":"anna"}},"api":{"operation":"a.b"}}
        {"actor":{"user":{"name":"bob"}}}
        no

        """;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Each_record_that_is_not_as_demanded_is_named_and_counted()
    {
        CliResult said = await new LedgerCli(string.Empty).RunWithAsync(
            Records, "schema", "test", "-", "--profile", "ocsf", "--require", "who,what");
        Assert.Equal(1, said.Code);
        Assert.Equal(
            ["2: missing:what: 'what' (api.operation) is missing",
                "3: opaque: it cannot be read: it is no JSON object in UTF-8"],
            said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(
            "3 records, 2 would be flagged, 1 missing:what, 1 opaque", said.Errors, StringComparison.Ordinal);

        CliResult strict = await new LedgerCli(string.Empty).RunWithAsync(
            Records, "schema", "test", "-", "--require", "who", "--reject", "--json");
        Assert.Contains("3 records, 1 would be refused", strict.Errors, StringComparison.Ordinal);
        JsonNode line = JsonNode.Parse(strict.Output.Split('\n')[0])!;
        Assert.Equal((3, "opaque"), ((int)line["line"]!, (string?)line["problems"]![0]!["flag"]));
    }

    [Fact]
    public async Task Fields_that_demand_nothing_are_said_to()
    {
        CliResult said = await new LedgerCli(string.Empty).RunWithAsync("{}\n", "schema", "test", "-");
        Assert.Equal(0, said.Code);
        Assert.Contains("demand nothing of a record", said.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_JSON_Schema_has_its_say()
    {
        await File.WriteAllTextAsync(_file, """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","required":["actor"],
             "properties":{"actor":{"type":"object","properties":{"user":{"$ref":"#/$defs/user"}}}},
             "$defs":{"user":{"type":"object","properties":{"name":{"type":"string","maxLength":3}}}}}
            """);
        CliResult said = await new LedgerCli(string.Empty).RunWithAsync(
            Records, "schema", "test", "-", "--json-schema", _file);
        Assert.Equal(1, said.Code);
        Assert.Contains("1: schema: at '/actor/user/name': ", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("2: schema", said.Output, StringComparison.Ordinal);
        Assert.Contains("3: schema: it is no JSON", said.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"$ref":"https://example.org/elsewhere.json"}""")]
    public async Task What_is_no_schema_or_lies_elsewhere_is_refused(string schema)
    {
        await File.WriteAllTextAsync(_file, schema);
        CliResult said = await new LedgerCli(string.Empty).RunWithAsync(
            Records, "schema", "test", "-", "--json-schema", _file);
        Assert.Equal(2, said.Code);
        Assert.Contains("is no JSON Schema that stands alone", said.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_there_is_not_cannot_be_required()
    {
        CliResult said = await new LedgerCli(string.Empty).RunWithAsync(
            Records, "schema", "test", "-", "--require", "whom");
        Assert.Equal(2, said.Code);
        Assert.Contains("no field is called 'whom'", said.Errors, StringComparison.Ordinal);
    }
}
