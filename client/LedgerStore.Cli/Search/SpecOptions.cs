// How a command is told which fields records have: a profile by its name, or a file with a spec. One set for each
// command.
using System.CommandLine;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Reads the spec that was named.</summary>
internal sealed class SpecOptions
{
    public const string Default = "ocsf";

    public Option<string> Profile { get; } = new("--profile")
    {
        HelpName = string.Join('|', SpecProfile.Names),
        Description = "The format of the records: " + string.Join(", ", SpecProfile.Names),
        DefaultValueFactory = static _ => Default,
    };

    public Option<string?> File { get; } = new("--fields")
    {
        HelpName = "FILE",
        Description = "Fields of your own: a spec, as `ledger fields show` prints one",
    };

    public IEnumerable<Option> All => [Profile, File];

    public SpecOptions() => Profile.AcceptOnlyFromAmong([.. SpecProfile.Names]);

    public static IndexSpec DefaultSpec => SpecProfile.Find(Default)!;

    public async Task<IndexSpec> ReadAsync(Run run) => await TryReadAsync(run).ConfigureAwait(false) ?? DefaultSpec;

    /// <summary>The spec that was named; null when none was.</summary>
    public async Task<IndexSpec?> TryReadAsync(Run run)
    {
        if (run.Get(File) is not { } file)
        {
            return run.IsGiven(Profile) ? SpecProfile.Find(run.Get(Profile)!)! : null;
        }

        if (run.IsGiven(Profile))
        {
            throw new UsageException("--profile and --fields both say what the fields are", "leave out one of them");
        }

        try
        {
            return IndexSpec.Parse(
                await TextFile.ReadAsync(run, file, 1 << 20, "spec of fields").ConfigureAwait(false));
        }
        catch (MalformedDataException wrong)
        {
            throw new UsageException($"{file}:{wrong.Offset}: {wrong.What}", "`ledger fields show` prints one");
        }
    }

    /// <summary>What is asked, in the words of the spec.</summary>
    public static Question Ask(IndexSpec spec, string[] clauses)
    {
        try
        {
            return new Question(spec, [.. clauses.Select(Clause.Parse)]);
        }
        catch (MalformedDataException wrong)
        {
            throw new UsageException(wrong.What, "`ledger search --help` shows how clauses are written");
        }
    }
}
