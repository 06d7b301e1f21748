// Reads what a source leaves out. Clauses are those of `ledger search`, about the fields of a profile or of a file. One
// thread.
using LedgerStore.Fields;
using LedgerStore.Intake.Noise;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Intake.Config;

internal sealed class NoiseReader(ConfigFields fields)
{
    private const int RulesMax = 64;
    private const int OneOfMax = 1_000_000;
    private const string Default = "ocsf";

    private static readonly string[] s_actions = ["drop", "keep", "sample"];

    /// <summary>Kubernetes' levels and stages are fields here too: what is noise is often said by them.</summary>
    private const string KubernetesMore = "field level id\npath level\nfield stage id\npath stage\n";

    /// <summary>Null: it is wrong, and the bag says so.</summary>
    public NoiseRules? Read(YamlNode node, string source, SourceKind kind)
    {
        string what = $"{source}.noise";
        if (fields.Group(node, what, ["rules"], ["fields"]) is not { } found
            || SpecOf(found, what, kind) is not { } spec
            || fields.Reader.Items(found["rules"], $"{what}.rules") is not { } list)
        {
            return null;
        }

        if (list.Items.Count > RulesMax)
        {
            fields.Wrong(found["rules"], $"{what}: {list.Items.Count} rules are more than {RulesMax}", "");
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        List<NoiseRule> rules = [];
        foreach (YamlNode item in list.Items)
        {
            if (ReadRule(item, what, spec) is { } rule && fields.Reader.IsFirst(names, rule.Name, item.At))
            {
                rules.Add(rule);
            }
        }

        return new NoiseRules(spec, [.. rules]);
    }

    private NoiseRule? ReadRule(YamlNode node, string noise, IndexSpec spec)
    {
        string what = $"{noise}.rules";
        if (fields.Group(node, what, ["name"], [.. s_actions, "of"]) is not { } found
            || fields.Reader.Name(found["name"], "a rule") is not { } name)
        {
            return null;
        }

        string[] said = [.. s_actions.Where(found.ContainsKey)];
        if (said.Length != 1 || found.ContainsKey("of") != (said[0] == "sample"))
        {
            fields.Wrong(
                node, $"{what}: {name} has to say one thing",
                "drop: [CLAUSES], keep: [CLAUSES], or sample: 100 with of: [CLAUSES]");
            return null;
        }

        long? oneOf = said[0] switch
        {
            "drop" => 0,
            "keep" => 1,
            _ => fields.Reader.Number(found["sample"], $"{what}.sample", OneOfMax),
        };
        string about = said[0] == "sample" ? "of" : said[0];
        return oneOf is { } number && ReadAbout(found[about], name, what, spec) is { } question
            ? new NoiseRule(name, question, (int)number)
            : null;
    }

    private Question? ReadAbout(YamlNode node, string name, string what, IndexSpec spec)
    {
        List<Clause> clauses = [];
        try
        {
            foreach (YamlNode item in fields.Reader.Items(node, $"{what}.{name}")?.Items ?? [])
            {
                if (fields.Reader.Text(item, $"{what}.{name}") is { } text)
                {
                    Clause clause = Clause.Parse(text);
                    if (clause.Field.StartsWith('@'))
                    {
                        throw new MalformedDataException(
                            $"'{text}' is of the entry, and what is left out becomes none", 0);
                    }

                    clauses.Add(clause);
                }
            }

            return clauses.Count == 0 ? null : new Question(spec, clauses);
        }
        catch (MalformedDataException wrong)
        {
            fields.Wrong(node, $"{what}.{name}: {wrong.What}", "clauses are those of `ledger search`");
            return null;
        }
    }

    private IndexSpec? SpecOf(Dictionary<string, YamlNode> found, string what, SourceKind kind)
    {
        string name = fields.Text(found, "fields", what) ?? kind switch
        {
            SourceKind.Kubernetes => "k8s",
            SourceKind.CloudEvents => "cloudevents",
            _ => Default,
        };
        if (SpecProfile.Find(name) is { } profile)
        {
            return kind == SourceKind.Kubernetes ? IndexSpec.Parse(profile.Text + KubernetesMore) : profile;
        }

        try
        {
            return IndexSpec.Parse(File.ReadAllText(fields.Path(found, "fields", what)));
        }
        catch (Exception error) when (error
            is MalformedDataException or IOException or UnauthorizedAccessException)
        {
            fields.Wrong(
                found["fields"], $"{what}.fields: {error.Message}",
                $"a profile ({string.Join(", ", SpecProfile.Names)}), or a file as `ledger fields show` prints one");
            return null;
        }
    }
}
