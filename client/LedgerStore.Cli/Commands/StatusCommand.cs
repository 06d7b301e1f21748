// `ledger status`: how the server is. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Shows the state of a server.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandBuilder builder) => builder.Make(
        "status",
        "Show how the server is; exit code 5 if it has a problem\n\n  ledger status --json",
        [],
        async run =>
        {
            using LedgerClient client = run.Connect(Capability.Administer);
            Status status = await client.Admin.GetStatusAsync(run.Cancellation).ConfigureAwait(false);
            MessageJson.Print(run, status, () => Print(run, status));
            bool isWell = status.Problems.Count == 0 && status.Disk is not { IsFull: true }
                && status.State is State.Serving or State.Recovering;
            return isWell ? ExitCode.Done : ExitCode.ServerError;
        });

    private static string TextOf(AnchorState anchor) =>
        anchor.Failure.Length > 0 ? $"cannot be written: {anchor.Failure}"
        : anchor.Behind is { } behind ? $"{behind.ToTimeSpan().TotalSeconds:N1} s behind the newest checkpoint"
        : "has the newest checkpoints";

    private static void Print(Run run, Status status)
    {
        List<(string, string)> facts =
        [
            ("state", status.State.ToString().ToLowerInvariant()),
            ("version", status.Version),
            ("started", status.Started is null ? "" : JsonOutput.Time(status.Started.ToDateTimeOffset())),
            ("ledgers", $"{status.Ledgers}"),
            ("entries", $"{status.Entries}"),
            ("stored bytes", $"{status.StoredBytes}"),
        ];
        if (status.Reason.Length > 0)
        {
            facts.Insert(1, ("reason", status.Reason));
        }

        if (status.State == State.Recovering)
        {
            facts.Add(("recovered", $"{status.RecoveryProgress:P0}"));
        }

        if (status.Disk is { } disk)
        {
            facts.Add(("disk free", $"{disk.FreeBytes} bytes, {disk.ReserveBytes} more are kept for the store itself"));
        }

        if (status.Disk is { IsFull: true } full)
        {
            facts.Insert(1, (
                "disk full",
                $"since {JsonOutput.Time((full.FullSince ?? new()).ToDateTimeOffset())}: appends are refused, "
                + $"reads go on; free {full.BytesToFree} bytes. {full.AuditBytes} bytes are left to record accesses"));
        }

        if (status.DiskFullIn is { } forecast)
        {
            facts.Add(("disk full in", $"{forecast.ToTimeSpan().TotalDays:N1} days"));
        }

        if (status.Anchor is { } anchor)
        {
            facts.Add(("anchor", TextOf(anchor)));
        }

        foreach (TierUsage tier in status.Tiers)
        {
            facts.Add((
                tier.Tier,
                $"{tier.Entries} entries in {tier.Segments} segments, {tier.StoredBytes} bytes of {tier.RawBytes}"));
        }

        if (status.Tiering?.NextExpiry is { } next)
        {
            facts.Add(("next expiry", JsonOutput.Time(next.ToDateTimeOffset())));
        }

        if (status.Tiering is { Failures: > 0 } tiering)
        {
            facts.Add(("moves failed", $"{tiering.Failures}, the last one: {tiering.LastFailure}"));
        }

        TextTable.WriteFacts(run, facts);
        foreach (LedgerProblem problem in status.Problems)
        {
            run.Line($"problem: {problem.Ledger}: {problem.Reason}");
        }
    }
}
