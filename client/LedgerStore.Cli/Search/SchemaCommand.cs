// `ledger schema test`: whether records are what a ledger's fields, or a JSON Schema, demand. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Looks at records before they are appended.</summary>
internal static class SchemaCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "schema", "What records must be: required fields, types and values", [Test(builder)]);

    private static Command Test(CommandBuilder builder)
    {
        Argument<string> file = new("file") { Description = "Records, one a line; - is standard input" };
        Option<string?> ledger = new("--ledger")
        {
            HelpName = "LEDGER",
            Description = "By the fields of this ledger, which the server is asked for",
        };
        Option<string?> schema = new("--json-schema")
        {
            HelpName = "FILE",
            Description = "Also by a JSON Schema, as whoever writes the records may have one; no ledger knows it",
        };
        SpecOptions spec = new();
        return builder.Make(
            "test",
            "Show which records would be flagged, or refused. Exit code 1: some would be\n\n"
            + "  ledger schema test records.ndjson --ledger payments\n"
            + "  ledger schema test records.ndjson --profile ocsf --require who,what\n"
            + "  ledger schema test - --json-schema invoice.schema.json",
            [file, ledger, schema, .. spec.All],
            async run =>
            {
                IndexSpec demanded = await SpecOfAsync(run, ledger, spec).ConfigureAwait(false);
                JsonSchemaFile? alsoBy = run.Get(schema) is { } path
                    ? await JsonSchemaFile.ReadAsync(run, path).ConfigureAwait(false)
                    : null;
                SchemaTest test = new(run, demanded, alsoBy);
                await foreach (string line in TextFile.LinesAsync(run, run.Get(file)).ConfigureAwait(false))
                {
                    test.Look(line);
                }

                return test.Finish();
            });
    }

    private static async Task<IndexSpec> SpecOfAsync(Run run, Option<string?> ledger, SpecOptions spec)
    {
        if (run.Get(ledger) is not { } name)
        {
            return await spec.ReadAsync(run).ConfigureAwait(false);
        }

        if (spec.All.Any(run.IsGiven))
        {
            throw new UsageException("a ledger has its own fields", "leave out --ledger, or what else says the fields");
        }

        using LedgerClient client = run.Connect(Capability.Append);
        LedgerInfo info = await client.Catalog.DescribeAsync(name, run.Cancellation).ConfigureAwait(false);
        return info.Fields.Length > 0
            ? SpecOptions.Parse(info.Fields, $"the fields of '{name}'")
            : throw new UsageException(
                $"the ledger '{name}' has no fields, so nothing is demanded of its records",
                "`ledger fields set` gives it some");
    }
}
