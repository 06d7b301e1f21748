// `ledger alerts`: what the guard found, out of the ledger `_alerts`, proven; and receipts of alerts and their causes.
// One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Lists alerts.</summary>
internal static class AlertsCommand
{
    private static readonly TimeSpan s_usual = TimeSpan.FromDays(7);

    /// <summary>An alert and its place.</summary>
    internal sealed record Listed(ulong Index, Alert Alert);

    public static Command Create(CommandBuilder builder)
    {
        Option<string?> state = new("--state")
        {
            HelpName = "STATE",
            Description = "firing: what fires now; resolved: what is over; all: every entry (default)",
        };
        state.AcceptOnlyFromAmong("firing", "resolved", "all");
        Option<string?> rule = new("--rule") { HelpName = "NAME", Description = "Only of this rule" };
        Option<string?> ledger = new("--ledger") { HelpName = "NAME", Description = "Only about this ledger" };
        Option<string?> since = AgeOption.Make(
            "--since", "Begin so long ago (default 7d; what still fires is shown too)");
        Option<string?> prove = new("--prove")
        {
            HelpName = "DIR",
            Description = "Write receipts of the alerts and of the entries that caused them",
        };
        return builder.Make(
            "alerts",
            "Show what the guard found\n\n"
            + "  ledger alerts --state firing\n"
            + "  ledger alerts --rule repeated-denials --since 30d --prove evidence",
            [state, rule, ledger, since, prove],
            run => RunAsync(
                run,
                alert => (run.Get(rule) is not { } name || alert.Rule == name)
                    && (run.Get(ledger) is not { } about || alert.Ledger == about),
                run.Get(state) ?? "all",
                run.Now - (AgeOption.Parse(run.Get(since)) ?? s_usual),
                run.Get(prove)));
    }

    private static async Task<int> RunAsync(
        Run run, Func<Alert, bool> takes, string state, DateTimeOffset since, string? prove)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        using Verifier verifier = LedgerTrust.Open(run, client, AlertProducer.Ledger, vkey: null);
        Dictionary<string, Listed> open = new(StringComparer.Ordinal);
        List<Listed> all = [];
        bool isWhole = true;
        ReadOptions options = new() { GiveUpAfter = run.Patience };
        await foreach (LedgerEvent next in client.CreateReader(AlertProducer.Ledger).Verified(verifier)
            .ReadAsync(options, run.Cancellation).ConfigureAwait(false))
        {
            isWhole &= next is not UnreadableRange;
            if (next is not LedgerEntry entry || AlertJson.Read(entry.Payload) is not Alert alert || !takes(alert))
            {
                continue;
            }

            Listed listed = new(entry.Index, alert);
            if (alert.IsFiring)
            {
                open[alert.Episode] = listed;
            }
            else
            {
                _ = open.Remove(alert.Episode);
            }

            if (Micros.ToTime(alert.At) >= since)
            {
                all.Add(listed);
            }
        }

        Listed[] shown = state switch
        {
            "firing" => [.. open.Values.OrderBy(static one => one.Index)],
            "resolved" => [.. all.Where(static one => !one.Alert.IsFiring)],
            _ => [.. all.UnionBy(open.Values, static one => one.Index).OrderBy(static one => one.Index)],
        };
        foreach (Listed one in shown)
        {
            PrintLine(run, one.Alert, one.Index);
        }

        if (prove is not null)
        {
            await AlertProofs.WriteAsync(run, client, verifier, shown, prove).ConfigureAwait(false);
        }

        if (!isWhole)
        {
            run.Note("some entries of _alerts cannot be read: there may be more alerts");
        }

        return isWhole ? ExitCode.Done : ExitCode.ServerError;
    }

    /// <summary>One alert, for people or as it is stored.</summary>
    internal static void PrintLine(Run run, Alert alert, ulong? index)
    {
        if (run.IsJson)
        {
            string stored = System.Text.Encoding.UTF8.GetString(AlertJson.Write(alert));
            run.Text(SafeText.Lines(
                index is { } place ? $"{{\"index\":{place},{stored[1..]}\n" : stored + "\n"));
            return;
        }

        string state = alert.IsFiring ? "FIRING  " : "resolved";
        run.Line(SafeText.Line(
            $"{JsonOutput.Time(Micros.ToTime(alert.At))}  {state}  {AlertJson.NameOf(alert.Severity),-8}  "
            + $"{alert.Rule}: {alert.Says}"));
        if (alert.IsFiring)
        {
            run.Line(SafeText.Line($"    {alert.Do}"));
        }

        if (alert.Cause.Count > 0)
        {
            string more = alert.Cause.Count > (ulong)alert.Cause.Indexes.Count ? $" of {alert.Cause.Count}" : "";
            run.Line(SafeText.Line($"    {alert.Ledger}: {string.Join(", ", alert.Cause.Indexes)}{more}"));
        }
    }
}
