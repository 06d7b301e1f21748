// `ledger scrub`: the server reads all of its files again, and hashes every entry; or, without a server, what follows
// from entries (--repair-derived) or from `_audit` (--repair-claims) is made anew. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Scrubs a server's store.</summary>
internal static class ScrubCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string?> ledger = new("ledger")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The ledger; without one, all",
        };
        Option<bool> repair = new("--repair-derived")
        {
            Description = "With --data: make tiles, directories and kept roots anew; entries are never changed",
        };
        Option<bool> claims = new("--repair-claims")
        {
            Description = "With --data: the catalog and holds say again what _audit says; the old catalog is kept",
        };
        Option<string?> data = new("--data")
        {
            HelpName = "DIR",
            Description = "The data directory to repair; no server may have it open",
        };
        return builder.Make(
            "scrub",
            "Let the server read and hash its files again; exit code 1 if something is wrong\n\n"
            + "  ledger scrub payments\n"
            + "  ledger scrub --repair-derived --data ./data    without a server\n"
            + "  ledger scrub --repair-claims --data ./data     where somebody edited them; look first, and copy",
            [ledger, repair, claims, data],
            async run =>
            {
                bool isOffline = run.Get(data) is not null;
                if ((run.Get(repair) || run.Get(claims)) != isOffline || (run.Get(repair) && run.Get(claims)))
                {
                    throw new UsageException(
                        "--data goes with one of --repair-derived and --repair-claims: a server repairs nothing");
                }

                if (run.Get(data) is { } directory)
                {
                    return run.Get(claims)
                        ? DirectoryRepair.OfClaims(run, directory)
                        : DirectoryRepair.OfDerived(run, directory);
                }

                using LedgerClient client = run.Connect(Capability.Administer);
                Tally tally = await ProgressLine.RunAsync(
                    run, "scrub", 0, progress => ReadAsync(run, client, run.Find(ledger) ?? string.Empty, progress))
                    .ConfigureAwait(false);
                Report(run, tally);
                return tally.Problems.Count == 0 ? ExitCode.Done : ExitCode.NotVerified;
            });
    }

    private static async Task<Tally> ReadAsync(Run run, LedgerClient client, string ledger, ProgressLine progress)
    {
        Tally tally = new([]);
        await foreach (ScrubProgress told in client.Admin.ScrubAsync(ledger, run.Cancellation).ConfigureAwait(false))
        {
            tally = new Tally([.. tally.Problems, .. told.Problems]) { Checked = told.Checked };
            progress.Tell(told.Checked, told.Total, () => $"scrub {told.Ledger}");
        }

        return tally;
    }

    private static void Report(Run run, Tally tally)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteNumber("checked", tally.Checked);
                json.WriteStartArray("problems");
                foreach (LedgerProblem problem in tally.Problems)
                {
                    MessageJson.Write(json, problem);
                }

                json.WriteEndArray();
            });
            return;
        }

        foreach (LedgerProblem problem in tally.Problems)
        {
            run.Line($"{problem.Ledger}: {problem.Count} entries from {problem.FirstIndex} on: {problem.Reason}");
        }

        run.Line(tally.Problems.Count == 0 ? "everything is as it was signed" : $"{tally.Problems.Count} problems");
    }

    private sealed record Tally(IReadOnlyList<LedgerProblem> Problems)
    {
        public ulong Checked { get; init; }
    }
}
