// `ledger policy review`: who may do what, when it was last used, and what changed since somebody last signed that off;
// and the sign-off, which is an entry of `_audit`. One thread.
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>The access review.</summary>
internal static class PolicyReviewCommand
{
    private const string Audit = "_audit";

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> file = PolicyCommand.FileArgument();
        Argument<string[]> ledgers = new("ledger")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Review these ledgers; without any, the rules",
        };
        Option<bool> live = new("--last-used")
        {
            Description = "Ask the server for its ledgers, and read in _audit when each right was last used",
        };
        Option<bool> unused = new("--unused") { Description = "With --last-used: only rights without a use on record" };
        Option<string?> signOff = new("--sign-off")
        {
            HelpName = "NOTE",
            Description = "With --last-used: record in _audit that you reviewed this, with a note",
        };
        return builder.Make(
            "review",
            "List who may do what, for the access review\n\n"
            + "  ledger policy review policy.yaml --last-used --as auditor\n"
            + "  ledger policy review policy.yaml --last-used --sign-off 'week 48, nothing to take away' --as auditor",
            [file, ledgers, live, unused, signOff],
            run => ReviewAsync(
                run, run.Get(file), run.Find(ledgers) ?? [], run.Get(live), run.Get(unused), run.Get(signOff)));
    }

    private static async Task<int> ReviewAsync(
        Run run, string file, string[] ledgers, bool isLive, bool isUnusedOnly, string? signOff)
    {
        if (!isLive && (isUnusedOnly || signOff is not null))
        {
            throw new UsageException("without --last-used nobody knows what was used", "give --last-used");
        }

        CompiledPolicy policy = PolicyCommand.Load(file);
        LastUse use = isLive ? await LastUse.ReadAsync(run).ConfigureAwait(false) : LastUse.Unknown;
        string[] names = ledgers.Length > 0 ? ledgers : [.. use.Ledgers];
        if (names.Length == 0)
        {
            PrintRules(run, policy);
            return ExitCode.Done;
        }

        LedgerRight[] rights = [.. policy.ReviewLedgers(names, use.Find)];
        LedgerRight[] shown = isUnusedOnly ? [.. rights.Where(IsUnused)] : rights;
        byte[] table = SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\n', rights.Select(static one => one.ToString())) + "\n"));
        if (run.IsJson)
        {
            JsonOutput.Object(run, json => ReviewJson.Write(json, shown, isLive ? use : null, rights, table));
        }
        else
        {
            Array.ForEach(shown, right => run.Line(right.ToString()));
            if (isLive)
            {
                Summarize(run, policy, use, rights);
                run.Note("appends are not in _audit: who appended, and when, is in the entries of each ledger");
            }
        }

        if (signOff is not null)
        {
            await SignOffAsync(run, policy, rights, table, ledgers, signOff).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    /// <summary>Nobody is on record to have used it; of appends there is no record.</summary>
    internal static bool IsUnused(LedgerRight right) =>
        right.LastUsed is null && right.Capability != Capability.Append;

    private static void Summarize(Run run, CompiledPolicy policy, LastUse use, LedgerRight[] rights)
    {
        run.Line($"{rights.Length} rights, {rights.Count(IsUnused)} of them without a use on record");
        if (use.LastReview is not { } last)
        {
            run.Line("no review is on record");
        }
        else
        {
            bool isSame = last.Review.PolicySha256.Span.SequenceEqual(policy.Document.Sha256.AsSpan());
            run.Line(SafeText.Line(
                $"last review: {JsonOutput.Time(last.Time)} by {last.Review.Identity}, of "
                + $"{(isSame ? "the same policy" : "another policy")}: {last.Review.Note}"));
        }

        foreach ((DateTimeOffset time, PolicyChange change) in use.Changes)
        {
            run.Line($"changed {JsonOutput.Time(time)}:");
            foreach (string line in change.Difference.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                run.Line(SafeText.Line("  " + line));
            }
        }
    }

    private static async Task SignOffAsync(
        Run run, CompiledPolicy policy, LedgerRight[] rights, byte[] table, string[] about, string note)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        SignOffRequest request = new()
        {
            Ledger = Audit,
            PolicySha256 = ByteString.CopyFrom(policy.Document.Sha256.AsSpan()),
            TableSha256 = ByteString.CopyFrom(table),
            Rights = (uint)rights.Length,
            Unused = (uint)rights.Count(IsUnused),
            Note = note,
        };
        request.About.AddRange(about);
        SignOffResponse done = await client.Catalog.SignOffAsync(request, run.Cancellation).ConfigureAwait(false);
        run.Note($"signed off as {done.Identity}: `ledger audit --kind review --all` shows it");
    }

    private static void PrintRules(Run run, CompiledPolicy policy)
    {
        if (run.IsJson)
        {
            PolicyCommand.PrintGrants(run, policy.Review());
            return;
        }

        foreach (PolicyGrant grant in policy.Review())
        {
            run.Line(grant.ToString());
        }
    }
}
