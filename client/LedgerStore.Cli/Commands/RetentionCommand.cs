// `ledger retention`: how long a ledger keeps its entries. One thread.
using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Shows, sets, plans and applies retention.</summary>
internal static class RetentionCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "retention",
        "How long entries are kept",
        [Show(builder), Set(builder), Plan(builder), Apply(builder)]);

    private static Argument<string> Ledger() => new("ledger") { Description = "The ledger" };

    private static Command Show(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        return builder.Make(
            "show",
            "Show the retention of a ledger\n\n  ledger retention show payments",
            [ledger],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                Print(run, await client.Catalog.DescribeAsync(run.Get(ledger), run.Cancellation)
                    .ConfigureAwait(false));
                return ExitCode.Done;
            });
    }

    private static Command Set(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        Option<string?> warm = AgeOption.Make("--warm-after", "Recompress entries of this age");
        Option<string?> cold = AgeOption.Make("--cold-after", "Move entries of this age to the cold place");
        Option<string?> expire = AgeOption.Make("--expire-after", "Delete entries of this age; their hashes stay");
        Option<string?> floor = AgeOption.Make(
            "--floor", "Delete nothing younger, whatever else is said; it can only be raised");
        Option<string?> fill = AgeOption.Make(
            "--fill-after", "Close a slow ledger's bundle after this long, so that it expires");
        Option<ulong> beyond = new("--expire-beyond-bytes")
        {
            HelpName = "BYTES",
            Description = "Delete the oldest beyond this size; 0: no limit",
        };
        Option<string> reason = new("--reason")
        {
            HelpName = "TEXT",
            Description = "Why; it is recorded",
            Required = true,
        };
        return builder.Make(
            "set",
            "Replace the retention of a ledger; what is not given is off\n\n"
            + "  ledger retention set payments --expire-after 365d --floor 90d --reason 'policy 2026-11'",
            [ledger, warm, cold, expire, floor, fill, beyond, reason],
            async run =>
            {
                Retention retention = new()
                {
                    WarmAfter = DurationOf(run.Get(warm)),
                    ColdAfter = DurationOf(run.Get(cold)),
                    ExpireAfter = DurationOf(run.Get(expire)),
                    Floor = DurationOf(run.Get(floor)),
                    FillAfter = DurationOf(run.Get(fill)),
                    ExpireBeyondBytes = run.Get(beyond),
                };
                using LedgerClient client = run.Connect(Capability.Administer);
                Print(run, await client.Admin.SetRetentionAsync(
                    run.Get(ledger), retention, run.Get(reason)!, run.Cancellation).ConfigureAwait(false));
                return ExitCode.Done;
            });
    }

    private static Command Plan(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        return builder.Make(
            "plan",
            "Show what would move or go, and when\n\n  ledger retention plan payments",
            [ledger],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                PlanRetentionResponse plan = await client.Admin.PlanRetentionAsync(
                    run.Get(ledger), run.Cancellation).ConfigureAwait(false);
                MessageJson.Print(run, plan, () => PrintMoves(run, plan.Moves));
                return ExitCode.Done;
            });
    }

    private static Command Apply(CommandBuilder builder)
    {
        Argument<string> ledger = Ledger();
        return builder.Make(
            "apply",
            "Apply the retention now, not at the next round\n\n  ledger retention apply payments",
            [ledger],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                List<PlannedMove> moves = [];
                await foreach (RetentionProgress told in client.Admin.ApplyRetentionAsync(
                    run.Get(ledger), run.Cancellation).ConfigureAwait(false))
                {
                    if (told.Move is { } move)
                    {
                        moves.Add(move);
                    }
                }

                PrintMoves(run, moves);
                return ExitCode.Done;
            });
    }

    private static Duration? DurationOf(string? text) =>
        AgeOption.Parse(text) is { } age ? Duration.FromTimeSpan(age) : null;

    private static void Print(Run run, LedgerInfo info) => MessageJson.Print(run, info, () =>
    {
        Retention retention = info.Retention ?? new Retention();
        TextTable.WriteFacts(run,
        [
            ("ledger", info.Ledger),
            ("warm after", Text(retention.WarmAfter)),
            ("cold after", Text(retention.ColdAfter)),
            ("expire after", Text(retention.ExpireAfter)),
            ("expire beyond", retention.ExpireBeyondBytes == 0 ? "no limit" : $"{retention.ExpireBeyondBytes} bytes"),
            ("floor", Text(retention.Floor)),
            ("fill after", Text(retention.FillAfter)),
        ]);
    });

    private static string Text(Duration? duration) => duration is null ? "never" : $"{duration.ToTimeSpan():g}";

    private static void PrintMoves(Run run, IReadOnlyList<PlannedMove> moves)
    {
        if (moves.Count == 0)
        {
            run.Line("nothing to do");
            return;
        }

        TextTable.Write(
            run,
            ["first", "count", "from", "to", "due", "bytes", "held by"],
            [
                .. moves.Select(move => new[]
                {
                    $"{move.FirstIndex}",
                    $"{move.Count}",
                    move.FromTier,
                    move.ToTier,
                    move.Due is null ? "" : JsonOutput.Time(move.Due.ToDateTimeOffset()),
                    $"{move.StoredBytes}",
                    move.HeldBy,
                }),
            ]);
    }
}
