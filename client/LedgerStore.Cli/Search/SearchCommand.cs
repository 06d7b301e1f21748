// `ledger search`: the entries whose records have certain values. By the ledger's index where it has one, which proves
// that nothing is left out; else every entry of the range is read and looked at here. One thread.
using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Finds entries.</summary>
internal sealed class SearchCommand
{
    // A name of a ledger has none of them, and a clause has one.
    private static readonly char[] s_signs = ['=', '<', '>'];

    private readonly Argument<string> _ledger = new("ledger") { Description = "The ledger, or the first clause" };

    private readonly Option<string[]> _ledgers = new("--ledger")
    {
        HelpName = "LEDGER",
        Description = "One more ledger, one after the other; each answer says of which it is",
    };

    private readonly Argument<string[]> _clauses = new("clause")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "FIELD=VALUE, FIELD={VALUE,VALUE}, FIELD=BEGINNING*, or a time or number with <, <=, > or "
            + ">=; an entry must have all of them",
    };

    private readonly Option<ulong> _from = new("--from") { HelpName = "INDEX", Description = "Begin here" };

    private readonly Option<DateTimeOffset?> _since = TimeOption.Make(
        "--since", "Begin with what was received at this time");

    private readonly Option<DateTimeOffset?> _until = TimeOption.Make("--until", "Stop before this time");

    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Go on with new entries, until Ctrl+C",
    };

    private readonly Option<bool> _newest = new("--newest-first") { Description = "By the index, backwards" };

    private readonly Option<bool> _scan = new("--scan")
    {
        Description = "Read every entry, although the ledger has an index",
    };

    private readonly Option<bool> _explain = new("--explain")
    {
        Description = "Say what the index ruled out, and what it cost",
    };

    private readonly Option<string?> _prove = new("--prove")
    {
        HelpName = "FILE",
        Description = "Keep the answer with its proofs: `ledger verify --search FILE` needs no server",
    };

    private readonly SpecOptions _spec = new();
    private readonly EntryOptions _entries = new();

    public static Command Create(CommandBuilder builder)
    {
        SearchCommand one = new();
        return builder.Make(
            "search",
            "Find entries by what their records say; by the ledger's index where it has one\n\n"
            + "  ledger search demo who=anna outcome=failure\n"
            + "  ledger search demo 'what=invoice.*' --since 7d --prove answer.jsonl\n"
            + "  ledger search who=anna --ledger demo --ledger payments --format csv\n"
            + "  ledger search demo 'who={anna,bob}' 'when>=2026-11-21T08:00:00Z' --profile k8s\n"
            + "  ledger search demo who=anna --data ./data      without a server",
            [
                one._ledger, one._clauses, one._ledgers, one._from, one._since, one._until, one._follow, one._newest,
                one._scan, one._explain, one._prove, .. one._spec.All, .. one._entries.All,
            ],
            one.RunAsync);
    }

    private async Task<int> RunAsync(Run run)
    {
        bool isClause = run.Get(_ledger)!.IndexOfAny(s_signs) >= 0;
        string[] clauses = [.. isClause ? [run.Get(_ledger)!] : Array.Empty<string>(), .. run.Get(_clauses) ?? []];
        string[] ledgers =
            [.. new[] { run.Get(_ledger)! }.Skip(isClause ? 1 : 0).Concat(run.Get(_ledgers) ?? []).Distinct()];
        if (ledgers.Length == 0 || clauses.Length == 0)
        {
            throw new UsageException(
                ledgers.Length == 0 ? "no ledger is named" : "no clause is given: nothing is asked",
                "for example: ledger search demo who=anna");
        }

        if (ledgers.Length > 1 && (run.Get(_follow) || run.IsGiven(_prove) || run.Get(_entries.Data) is not null))
        {
            throw new UsageException("--follow, --prove and --data are of one ledger", "ask for each by itself");
        }

        IndexSpec? given = await _spec.TryReadAsync(run).ConfigureAwait(false);
        if (given is not null)
        {
            // What cannot be asked is said before a server is.
            _ = SpecOptions.Ask(given, clauses);
        }

        int worst = ExitCode.Done;
        foreach (string ledger in ledgers)
        {
            if (ledgers.Length > 1)
            {
                run.Note($"{ledger}:");
            }

            Asked asked = new(ledger, clauses, ledgers.Length > 1 ? ledger : string.Empty);
            int code = await RunAsync(run, asked, given).ConfigureAwait(false);
            worst = code == ExitCode.Done ? worst : code;
        }

        return worst;
    }

    private async Task<int> RunAsync(Run run, Asked asked, IndexSpec? given)
    {
        string why = run.Get(_scan) ? "--scan asks for it"
            : run.Get(_follow) ? "--follow reads on, and what is new is in no index"
            : run.Get(_entries.Data) is not null ? "a directory is read as it is"
            : string.Empty;
        if (why.Length > 0)
        {
            return await ScanAsync(run, asked, given, why).ConfigureAwait(false);
        }

        using LedgerClient client = run.Connect(Capability.Read);
        Searcher searcher = client.CreateSearcher(asked.Ledger);
        Protocol.V1.FieldsInfo? fields = await searcher.GetFieldsAsync(run.Cancellation).ConfigureAwait(false);
        using (SearchTrust? trust = SearchTrust.TryOpen(run, client, asked.Ledger, fields, given, out why))
        {
            if (trust is not null
                && await TryIndexAsync(run, asked, searcher, trust).ConfigureAwait(false) is { } code)
            {
                return code;
            }
        }

        IndexSpec? own = given is null && fields is not null ? IndexSpec.Parse(fields.Spec) : given;
        return await ScanAsync(run, asked, own, why.Length > 0 ? why : "the right to verify the ledger is missing")
            .ConfigureAwait(false);
    }

    /// <returns>Null: the caller may read, and not verify.</returns>
    private async Task<int?> TryIndexAsync(Run run, Asked asked, Searcher searcher, SearchTrust trust)
    {
        _ = SpecOptions.Ask(IndexSpec.Parse(trust.Fields.Spec), asked.Clauses);
        EntryPrinter printer = EntryPrinter.Of(
            run, _entries.FormatOf(run), events: null, where: null, unpacking: null, asked.Shown);
        IndexedSearch search = new(run, printer);
        using Stream? file = run.Get(_prove) is { } path ? File.Create(path) : null;
        using SearchProofWriter? proof = file is null ? null : new SearchProofWriter(file);
        try
        {
            return await search.RunAsync(
                searcher,
                new SearchOptions
                {
                    Clauses = [.. asked.Clauses, .. Times(run)],
                    Fields = trust.Fields,
                    Ledger = trust.Ledger,
                    Index = trust.Index,
                    Audit = trust.Audit,
                    From = run.Get(_from),
                    NewestFirst = run.Get(_newest),
                    Proof = proof,
                },
                run.Get(_explain)).ConfigureAwait(false);
        }
        catch (RpcException denied)
            when (denied.StatusCode == StatusCode.PermissionDenied && !search.HasPrinted && file is null)
        {
            return null;
        }
    }

    private async Task<int> ScanAsync(Run run, Asked asked, IndexSpec? spec, string why)
    {
        if (run.IsGiven(_prove) || run.IsGiven(_newest))
        {
            throw new UsageException($"--prove and --newest-first go by the index, which is not used: {why}");
        }

        if (run.Get(_explain))
        {
            run.Note($"every entry is read: {why}");
        }

        SearchFilter filter = new(SpecOptions.Ask(spec ?? SpecOptions.DefaultSpec, asked.Clauses));
        ReadOptions options = new()
        {
            From = run.Get(_from),
            FromTime = run.Get(_since),
            Until = run.Get(_until),
            Follow = run.Get(_follow),
            GiveUpAfter = run.Get(_follow) ? TimeSpan.MaxValue : run.Patience,
        };
        EntryPrinter printer = _entries.PrinterOf(run, events: null, filter, asked.Shown);
        int code = await EntryStream.RunAsync(run, asked.Ledger, _entries, options, printer).ConfigureAwait(false);
        run.Note(filter.Summary(
            run.Get(_entries.Data) is not null ? "as the directory has them"
            : run.Get(_entries.Verified) ? "each proven against a signed checkpoint"
            : "as the server sent them (--verified proves them)"));
        return code;
    }

    private IEnumerable<string> Times(Run run)
    {
        if (run.Get(_since) is { } since)
        {
            yield return "@received>=" + Text(since);
        }

        if (run.Get(_until) is { } until)
        {
            yield return "@received<" + Text(until);
        }
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>A question to one ledger.</summary>
    /// <param name="Shown">What is said of each entry; empty: there is one ledger only.</param>
    private sealed record Asked(string Ledger, string[] Clauses, string Shown);
}
