// Reads the list of rules. Each is checked against the fields of its ledgers: a clause that cannot be asked, a field
// that is not there or a placeholder that means nothing is an error. One thread, one file.

using System.Text;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Guard;

/// <summary>From nodes to rules.</summary>
internal sealed class RuleReader(ValueReader values, IReadOnlyList<WatchedLedgers> ledgers)
{
    private const long Minute = 60 * Micros.Second;
    private const long Day = 24 * 60 * Minute;
    private const int SentenceMax = 500;

    private static readonly string[] s_always = ["rule", "kind", "ledger", "says", "do"];
    private static readonly string[] s_common = ["severity", "where", "unless", "by", "resolve_after"];

    private static readonly Dictionary<string, (RuleKind Kind, string[] Required, string[] Optional)> s_kinds =
        new(StringComparer.Ordinal)
        {
            ["match"] = (RuleKind.Match, [], []),
            ["count"] = (RuleKind.Count, ["at_least", "within"], ["field"]),
            ["distinct"] = (RuleKind.Distinct, ["field", "at_least", "within"], []),
            ["new"] = (RuleKind.New, ["field", "within"], ["learn"]),
            ["hours"] = (RuleKind.Hours, ["allowed"], ["zone"]),
            ["silence"] = (RuleKind.Silence, ["every", "by"], ["names", "forget"]),
            ["gap"] = (RuleKind.Gap, ["field"], []),
        };

    public List<Rule> Read(YamlList list)
    {
        if (list.Items.Count > GuardLimits.RulesMax)
        {
            values.Wrong(list, $"{list.Items.Count} rules are more than {GuardLimits.RulesMax}", "");
        }

        List<Rule> rules = [];
        HashSet<string> names = [];
        foreach (YamlNode item in list.Items.Take(GuardLimits.RulesMax))
        {
            Read(item, names, rules);
        }

        return rules;
    }

    private void Read(YamlNode node, HashSet<string> names, List<Rule> rules)
    {
        // What a rule may have depends on its kind: that is looked for first.
        YamlNode? kindNode = (node as YamlMap)?.Fields.FirstOrDefault(static one => one.Key.Value == "kind").Value;
        string kindText = (kindNode as YamlText)?.Value ?? string.Empty;
        if (!s_kinds.TryGetValue(kindText, out (RuleKind Kind, string[] Required, string[] Optional) form))
        {
            values.Wrong(
                kindNode ?? node, kindNode is null ? "a rule needs \"kind\"" : $"{Quoted.Text(kindText)} is no kind",
                $"known: {string.Join(", ", s_kinds.Keys)}");
            return;
        }

        if (values.Group(
            node, $"a rule of the kind {kindText}", [.. s_always, .. form.Required], [.. s_common, .. form.Optional])
            is not { } fields || values.Reader.Name(fields["rule"], "a rule") is not { } name)
        {
            return;
        }

        if (!names.Add(name) || name.StartsWith("guard-", StringComparison.Ordinal))
        {
            values.Wrong(fields["rule"], names.Contains(name) ? $"a second rule is called {Quoted.Text(name)}"
                : "names that begin with guard- are the guard's own", "each rule has a name of its own");
        }

        foreach (WatchedLedgers about in LedgersOf(fields))
        {
            rules.Add(RuleOf(name, form.Kind, about, fields));
        }
    }

    private IEnumerable<WatchedLedgers> LedgersOf(Dictionary<string, YamlNode> fields)
    {
        if (fields["ledger"] is YamlText { Value: "*" })
        {
            // What no field is declared for cannot be unreadable.
            bool isAboutOpaque = fields.GetValueOrDefault("where") is YamlList { Items: [YamlText first, ..] }
                && first.Value.StartsWith("@opaque", StringComparison.Ordinal);
            return ledgers.Where(one => one != WatchedLedgers.Audit
                && (!isAboutOpaque || one.Spec.Fields.Length > OwnField.Count));
        }

        string[] known = [.. ledgers.Select(static one => one.Name)];
        string? wanted = values.Choice(fields, "ledger", "rule", known);
        return ledgers.Where(one => one.Name == wanted);
    }

    private Rule RuleOf(string name, RuleKind kind, WatchedLedgers about, Dictionary<string, YamlNode> fields)
    {
        string what = $"rule {Quoted.Text(name)}";
        IndexSpec spec = about.Spec;
        List<string> by = [.. values.Texts(fields, "by", what).Where(one => IsField(one, spec, null)).Select(
            static one => one.Text)];
        if (by.Count > GuardLimits.ByMax)
        {
            values.Wrong(fields["by"], $"{by.Count} fields are more than {GuardLimits.ByMax}", "");
        }

        string? field = values.Text(fields, "field", what);
        bool isNumber = kind is RuleKind.Count or RuleKind.Gap;
        if (field is not null)
        {
            _ = IsField((field, fields["field"]), spec, isNumber ? FieldKind.Number : null);
        }

        long within = values.Duration(fields, kind == RuleKind.Silence ? "every" : "within", what, Minute);
        long quiet = kind is RuleKind.Count or RuleKind.Distinct ? within : 15 * Minute;
        Rule rule = new()
        {
            Name = name,
            Kind = kind,
            Ledgers = about,
            Severity = Enum.Parse<Severity>(
                values.Choice(fields, "severity", what, ["info", "warning", "critical"]) ?? "warning", true),
            Where = Clauses(fields, "where", what, spec),
            Unless = Clauses(fields, "unless", what, spec),
            By = by,
            Field = field,
            AtLeast = values.Count(
                fields, "at_least", what, field is not null && isNumber ? long.MaxValue : GuardLimits.ItemsMax, 1),
            Within = within,
            Learn = values.Duration(fields, "learn", what, Math.Min(within, 7 * Day)),
            Forget = ForgetOf(fields, kind, within, what),
            Hours = kind == RuleKind.Hours ? HoursOf(fields, what) : null,
            Names = NamesOf(fields, by, what),
            Quiet = values.Duration(fields, "resolve_after", what, quiet),
            Says = Sentence(fields, "says", what),
            Do = Sentence(fields, "do", what),
        };
        foreach (string text in new[] { "says", "do" })
        {
            if (RuleSentence.FirstUnknown(text == "says" ? rule.Says : rule.Do, rule) is { } unknown)
            {
                values.Wrong(
                    fields[text], $"{what}.{text}: {Quoted.Text(unknown)} means nothing here",
                    $"known: {string.Join(", ", RuleSentence.Known(rule))}");
            }
        }

        return rule;
    }

    private bool IsField((string Text, YamlNode At) name, IndexSpec spec, FieldKind? kind)
    {
        int number = spec.NumberOf(name.Text);
        string[] known = [.. spec.Fields.Where(one => kind is null ? one.Kind != FieldKind.Time : one.Kind == kind)
            .Select(static one => one.Name)];
        if (number >= 0 && known.Contains(name.Text))
        {
            return true;
        }

        string near = values.Bag.Suggest(name.Text, known);
        values.Wrong(
            name.At,
            number < 0 ? $"no field is called {Quoted.Text(name.Text)}"
                : $"the field {Quoted.Text(name.Text)} is a {spec.Fields[number].Kind}, which does not do here",
            near.Length > 0 ? near : $"known: {string.Join(", ", known)}");
        return false;
    }

    private List<Clause> Clauses(Dictionary<string, YamlNode> fields, string name, string what, IndexSpec spec)
    {
        List<Clause> clauses = [];
        foreach ((string text, YamlNode at) in values.Texts(fields, name, what))
        {
            try
            {
                Clause clause = Clause.Parse(text);
                _ = BoundClause.Bind(spec, clause);
                clauses.Add(clause);
            }
            catch (MalformedDataException wrong)
            {
                values.Wrong(at, $"{what}.{name}: {wrong.What}", "");
            }
        }

        if (clauses.Count > Question.ClausesMax)
        {
            values.Wrong(fields[name], $"{clauses.Count} clauses are more than {Question.ClausesMax}", "");
        }

        return clauses;
    }

    private long ForgetOf(Dictionary<string, YamlNode> fields, RuleKind kind, long every, string what)
    {
        if (kind != RuleKind.Silence)
        {
            return 0;
        }

        long forget = values.Duration(fields, "forget", what, Math.Max(30 * Day, 2 * every));
        if (forget <= every)
        {
            values.Wrong(
                fields["forget"], $"{what}.forget is not longer than {what}.every",
                "whoever is forgotten sooner than he is missed is never missed");
        }

        return forget;
    }

    private OpenHours? HoursOf(Dictionary<string, YamlNode> fields, string what)
    {
        string zoneName = values.Text(fields, "zone", what) ?? "UTC";
        if (OpenHours.Zone(zoneName) is not { } zone)
        {
            values.Wrong(
                fields["zone"], $"{what}.zone: this machine has no time zone {Quoted.Text(zoneName)}",
                "such as Europe/Berlin; the package tzdata has them");
            return null;
        }

        List<(string Text, YamlNode At)> spans = values.Texts(fields, "allowed", what);
        OpenHours? hours = OpenHours.Parse(zone, [.. spans.Select(static one => one.Text)], out int wrong);
        if (hours is null)
        {
            values.Wrong(
                spans[wrong].At, $"{what}.allowed: {Quoted.Text(spans[wrong].Text)} is no time of a week",
                "such as Mon-Fri 08:00-18:00");
        }

        return hours;
    }

    private List<string> NamesOf(Dictionary<string, YamlNode> fields, List<string> by, string what)
    {
        List<string> names = [.. values.Texts(fields, "names", what).Select(static one => one.Text).Distinct()];
        bool isLong = names.Any(static name => Encoding.UTF8.GetByteCount(name) > GuardLimits.NameBytesMax);
        if (isLong || names.Count > GuardLimits.NamesMax || (names.Count > 0 && by.Count != 1))
        {
            values.Wrong(
                fields["names"], $"{what}.names: {names.Count} names of {by.Count} fields",
                $"by one field, at most {GuardLimits.NamesMax}, each of at most {GuardLimits.NameBytesMax} bytes");
        }

        return names;
    }

    private string Sentence(Dictionary<string, YamlNode> fields, string name, string what)
    {
        string text = values.Text(fields, name, what) ?? string.Empty;
        if (text.Length is 0 or > SentenceMax)
        {
            values.Wrong(fields[name], $"{what}.{name} is a sentence of 1 to {SentenceMax} characters", "");
        }

        return text;
    }
}
