// `ledger fields`: the specs of fields that there are, what records say in them, and which fields a ledger is indexed
// by. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Looks at specs, and at records through them.</summary>
internal static class FieldsCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "fields",
        "What can be asked of records: the fields of a format, and your own",
        [Show(builder), Test(builder), Set(builder)]);

    private static Command Show(CommandBuilder builder)
    {
        Argument<string?> ledger = new("ledger")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A ledger of the server: the fields that it is indexed by",
        };
        SpecOptions spec = new();
        return builder.Make(
            "show",
            "Print a spec of fields, as --fields takes it back, and its id\n\n"
            + "  ledger fields show --profile ocsf\n"
            + "  ledger fields show --fields FILE                  whether it is one\n"
            + "  ledger fields show demo                           those of a ledger, and how far its index is",
            [ledger, .. spec.All],
            async run =>
            {
                if (run.Find(ledger) is { } name)
                {
                    if (run.IsGiven(spec.Profile) || run.IsGiven(spec.File))
                    {
                        throw new UsageException("a ledger has its own fields", "leave out --profile and --fields");
                    }

                    using LedgerClient client = run.Connect(Capability.Read);
                    return ShowIndex(
                        run, name,
                        await client.CreateSearcher(name).GetFieldsAsync(run.Cancellation).ConfigureAwait(false));
                }

                IndexSpec shown = await spec.ReadAsync(run).ConfigureAwait(false);
                if (run.IsJson)
                {
                    JsonOutput.Object(run, json =>
                    {
                        json.WriteString("id", shown.Id.ToHex());
                        json.WriteString("text", shown.Text);
                    });
                }
                else
                {
                    run.Text(shown.Text);
                    run.Note($"id {shown.Id.ToHex()}");
                }

                return ExitCode.Done;
            });
    }

    private static Command Set(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        SpecOptions spec = new();
        Option<string> reason = new("--reason")
        {
            HelpName = "TEXT",
            Description = "Why; it is recorded",
            Required = true,
        };
        return builder.Make(
            "set",
            "Have a ledger indexed by these fields, so that `search` need not read it; what it has already, too\n\n"
            + "  ledger fields set demo --profile ocsf --reason 'incident response'",
            [ledger, reason, .. spec.All],
            async run =>
            {
                IndexSpec set = await spec.TryReadAsync(run).ConfigureAwait(false)
                    ?? throw new UsageException("say the fields with --profile or --fields");
                using LedgerClient client = run.Connect(Capability.Administer);
                FieldsInfo made = await client.Admin.SetFieldsAsync(
                    run.Get(ledger), set.Text, run.Get(reason)!, run.Cancellation).ConfigureAwait(false);
                return ShowIndex(run, run.Get(ledger), made);
            });
    }

    private static int ShowIndex(Run run, string ledger, FieldsInfo? fields)
    {
        if (fields is null)
        {
            run.Note($"the ledger '{ledger}' has no index; `ledger fields set` makes one");
        }
        else if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("id", IndexSpec.Parse(fields.Spec).Id.ToHex());
                json.WriteString("text", fields.Spec);
                json.WriteString("index_ledger", fields.IndexLedger);
                json.WriteNumber("indexed", fields.Indexed);
                json.WriteNumber("complete", fields.Complete);
            });
        }
        else
        {
            run.Text(fields.Spec);
            run.Note(
                $"index ledger {fields.IndexLedger}: {fields.Indexed} of {fields.Complete} complete segments are "
                + "indexed");
        }

        return ExitCode.Done;
    }

    private static Command Test(CommandBuilder builder)
    {
        Argument<string> file = new("file")
        {
            Description = "Records, one a line; - is standard input",
        };
        SpecOptions spec = new();
        return builder.Make(
            "test",
            "Show what each record says in the fields. Exit code 1: one cannot be read, or lacks a required field\n\n"
            + "  ledger fields test records.ndjson --profile k8s\n"
            + "  ledger fields test - --fields FILE",
            [file, .. spec.All],
            async run =>
            {
                FieldsTest test = new(run, await spec.ReadAsync(run).ConfigureAwait(false));
                await foreach (string line in TextFile.LinesAsync(run, run.Get(file)).ConfigureAwait(false))
                {
                    test.Show(line);
                }

                return test.Finish();
            });
    }
}
