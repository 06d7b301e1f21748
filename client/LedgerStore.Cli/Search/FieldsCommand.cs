// `ledger fields`: the specs of fields that there are, and what records say in them. It asks no server. One thread.
using System.CommandLine;
using System.Text;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Looks at specs, and at records through them.</summary>
internal static class FieldsCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "fields",
        "What can be asked of records: the fields of a format, and your own",
        [Show(builder), Test(builder)]);

    private static Command Show(CommandBuilder builder)
    {
        SpecOptions spec = new();
        return builder.Make(
            "show",
            "Print a spec of fields, as --fields takes it back, and its id\n\n"
            + "  ledger fields show --profile ocsf\n"
            + "  ledger fields show --fields FILE                  whether it is one",
            [.. spec.All],
            async run =>
            {
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
                using Stream stream = run.Get(file) == "-" ? run.Host.Input : File.OpenRead(run.Get(file));
                using StreamReader lines = new(stream, Encoding.UTF8);
                while (await lines.ReadLineAsync(run.Cancellation).ConfigureAwait(false) is { } line)
                {
                    test.Show(line);
                }

                return test.Finish();
            });
    }
}
