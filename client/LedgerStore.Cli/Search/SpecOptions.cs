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

    public Option<string?> Require { get; } = new("--require")
    {
        HelpName = "NAME,NAME",
        Description = "These fields must be there: a record without one is flagged, @flag=missing:NAME",
    };

    public Option<bool> Reject { get; } = new("--reject")
    {
        Description = "A record with a flag, or one that cannot be read, is refused when it is to be appended",
    };

    public IEnumerable<Option> All => [Profile, File, Require, Reject];

    public SpecOptions() => Profile.AcceptOnlyFromAmong([.. SpecProfile.Names]);

    public static IndexSpec DefaultSpec => SpecProfile.Find(Default)!;

    public async Task<IndexSpec> ReadAsync(Run run) => await TryReadAsync(run).ConfigureAwait(false) ?? DefaultSpec;

    /// <summary>The spec that was named; null when none was.</summary>
    public async Task<IndexSpec?> TryReadAsync(Run run)
    {
        IndexSpec? named = await NamedAsync(run).ConfigureAwait(false);
        bool isStricter = run.Get(Require) is not null || run.Get(Reject);
        return isStricter ? Stricter(named ?? DefaultSpec, run.Get(Require) ?? "", run.Get(Reject)) : named;
    }

    private static IndexSpec Stricter(IndexSpec spec, string required, bool rejects)
    {
        string[] names = required.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        FieldSpec[] declared = spec.Fields[OwnField.Count..];
        if (names.FirstOrDefault(name => declared.All(field => field.Name != name)) is { } unknown)
        {
            throw new UsageException(
                $"no field is called '{unknown}'; there are {string.Join(", ", declared.Select(field => field.Name))}");
        }

        return IndexSpec.Of(
            [.. declared.Select(field => field with { Required = field.Required || names.Contains(field.Name) })],
            rejects || spec.Rejects);
    }

    private async Task<IndexSpec?> NamedAsync(Run run)
    {
        if (run.Get(File) is not { } file)
        {
            return run.IsGiven(Profile) ? SpecProfile.Find(run.Get(Profile)!)! : null;
        }

        if (run.IsGiven(Profile))
        {
            throw new UsageException("--profile and --fields both say what the fields are", "leave out one of them");
        }

        return await LoadAsync(run, file).ConfigureAwait(false);
    }

    /// <summary>Reads a file with a spec.</summary>
    public static async Task<IndexSpec> LoadAsync(Run run, string file) =>
        Parse(await TextFile.ReadAsync(run, file, 1 << 20, "spec of fields").ConfigureAwait(false), file);

    /// <summary>Reads a spec that came from somewhere.</summary>
    public static IndexSpec Parse(string text, string where)
    {
        try
        {
            return IndexSpec.Parse(text);
        }
        catch (MalformedDataException wrong)
        {
            throw new UsageException($"{where}:{wrong.Offset}: {wrong.What}", "`ledger fields show` prints one");
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
