// `ledger ledgers`: the ledgers on which this identity may do something. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Lists ledgers.</summary>
internal static class LedgersCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string?> prefix = new("prefix")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Only those that begin with this",
        };
        return builder.Make(
            "ledgers",
            "List the ledgers on which you may do something\n\n"
            + "  ledger ledgers\n"
            + "  ledger ledgers payments. --json",
            [prefix],
            async run =>
            {
                List<LedgerInfo> ledgers = [];
                using LedgerClient client = run.Connect(Capability.Read);
                await foreach (LedgerInfo info in client.Catalog.ListAsync(
                    run.Find(prefix) ?? string.Empty, run.Cancellation).ConfigureAwait(false))
                {
                    ledgers.Add(info);
                }

                Print(run, ledgers);
                return ExitCode.Done;
            });
    }

    private static void Print(Run run, List<LedgerInfo> ledgers)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteStartArray("ledgers");
                ledgers.ForEach(info => MessageJson.Write(json, info));
                json.WriteEndArray();
            });
            return;
        }

        TextTable.Write(
            run,
            ["ledger", "entries", "checkpointed", "state", "created"],
            [
                .. ledgers.Select(info => new[]
                {
                    info.Ledger,
                    $"{info.Size}",
                    $"{info.CheckpointedSize}",
                    info.State.ToString().ToLowerInvariant(),
                    info.Created is null ? "" : JsonOutput.Time(info.Created.ToDateTimeOffset()),
                }),
            ]);
    }
}
