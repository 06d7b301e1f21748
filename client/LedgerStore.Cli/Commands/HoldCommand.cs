// `ledger hold`: ranges that must not expire. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Places, releases and lists holds.</summary>
internal static class HoldCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "hold", "Legal holds: ranges that must not expire", [Place(builder), Release(builder), List(builder)]);

    private static Argument<string> Ledger() => new("ledger") { Description = "The ledger" };

    private static Option<string> Reason() => new("--reason")
    {
        HelpName = "TEXT",
        Description = "Why; it is recorded",
        Required = true,
    };

    private static Command Place(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        Option<ulong> from = new("--from") { HelpName = "INDEX", Description = "The first entry" };
        Option<ulong> count = new("--count", "-n")
        {
            HelpName = "N",
            Description = "How many; without it all, and all to come",
        };
        Option<string> reason = Reason();
        return builder.Make(
            "place",
            "Keep a range from expiring\n\n  ledger hold place payments --from 1000 --count 500 --reason 'case 17'",
            [ledger, from, count, reason],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                Hold hold = await client.Admin.PlaceHoldAsync(
                    run.Get(ledger), run.Get(from), run.Get(count), run.Get(reason)!, run.Cancellation)
                    .ConfigureAwait(false);
                MessageJson.Print(run, hold, () => run.Line($"placed {hold.Id}"));
                return ExitCode.Done;
            });
    }

    private static Command Release(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        Argument<string> id = new("id") { Description = "The hold, as `ledger hold list` names it" };
        Option<string> reason = Reason();
        return builder.Make(
            "release",
            "End a hold\n\n  ledger hold release payments HOLD --reason 'case 17 is closed'",
            [ledger, id, reason],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                Hold hold = await client.Admin.ReleaseHoldAsync(
                    run.Get(ledger), run.Get(id), run.Get(reason)!, run.Cancellation).ConfigureAwait(false);
                MessageJson.Print(run, hold, () => run.Line($"released {hold.Id}"));
                return ExitCode.Done;
            });
    }

    private static Command List(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        return builder.Make(
            "list",
            "List the holds of a ledger\n\n  ledger hold list payments",
            [ledger],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                LedgerInfo info = await client.Catalog.DescribeAsync(run.Get(ledger), run.Cancellation)
                    .ConfigureAwait(false);
                if (run.IsJson)
                {
                    JsonOutput.Object(run, json =>
                    {
                        json.WriteStartArray("holds");
                        foreach (Hold hold in info.Holds)
                        {
                            MessageJson.Write(json, hold);
                        }

                        json.WriteEndArray();
                    });
                }
                else
                {
                    TextTable.Write(
                        run,
                        ["id", "first", "count", "placed by", "reason"],
                        [
                            .. info.Holds.Select(hold => new[]
                            {
                                hold.Id,
                                $"{hold.FirstIndex}",
                                hold.Count == 0 ? "all" : $"{hold.Count}",
                                hold.PlacedBy,
                                hold.Reason,
                            }),
                        ]);
                }

                return ExitCode.Done;
            });
    }
}
