// Reads a file of rules: strictly, and to the end, so that one look shows everything that is wrong. One thread.

using System.Security.Cryptography;
using System.Text;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Guard;

/// <summary>From bytes to rules.</summary>
internal sealed class RuleFileReader
{
    private const string Whole = "the file";

    private readonly DiagnosticBag _bag = new("file of rules", "version: 1");
    private readonly ValueReader _values;
    private readonly string _directory;

    private RuleFileReader(string directory)
    {
        _directory = directory;
        _values = new ValueReader(_bag);
    }

    /// <summary>Nothing but what is built in.</summary>
    public static RuleFile BuiltIn() => Parse("version: 1\n"u8, "builtin.yaml");

    /// <summary>The text of the rules that are built in.</summary>
    public static string BuiltInText()
    {
        using Stream stream = typeof(RuleFileReader).Assembly.GetManifestResourceStream("builtin.yaml")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <exception cref="RuleFileException">All that is wrong, each with its place.</exception>
    public static RuleFile Load(string file)
    {
        try
        {
            return Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RuleFileException([$"{file}: cannot be read: {error.Message}"]);
        }
    }

    /// <param name="file">For messages, and for paths that are relative.</param>
    /// <exception cref="RuleFileException">All that is wrong, each with its place.</exception>
    public static RuleFile Parse(ReadOnlySpan<byte> utf8, string file)
    {
        RuleFileReader reader = new(Path.GetDirectoryName(Path.GetFullPath(file))!);
        RuleFile? read = reader.Read(utf8);
        string[] problems =
        [
            .. reader._bag.InOrder().Where(static one => one.Severity == PolicySeverity.Error)
                .Select(one => $"{file}:{one.Line}:{one.Column}: {one.Message}"
                    + (one.Hint.Length == 0 ? "" : $" ({one.Hint})")),
        ];
        return read is null || problems.Length > 0 ? throw new RuleFileException(problems) : read;
    }

    private RuleFile? Read(ReadOnlySpan<byte> utf8)
    {
        YamlNode? root = PolicyText.Decode(utf8, _bag) is { } text ? YamlReader.Read(text, _bag) : null;
        if (root is null || _values.Group(
            root, Whole, ["version"], ["ledgers", "builtin", "rules", "deliver"]) is not { } fields)
        {
            return null;
        }

        if (_values.Number(fields, "version", Whole) is not (null or 1))
        {
            _values.Wrong(fields["version"], "this guard reads version 1", "version: 1");
        }

        List<WatchedLedgers> ledgers = [WatchedLedgers.Audit];
        if (fields.TryGetValue("ledgers", out YamlNode? named))
        {
            ReadLedgers(named, ledgers);
        }

        List<Rule> rules = [];
        RuleReader own = new(_values, ledgers);
        if (fields.TryGetValue("rules", out YamlNode? list) && _values.Reader.List(list, "rules") is { } items)
        {
            rules.AddRange(own.Read(items));
        }

        return new RuleFile
        {
            Rules = [.. ReadBuiltIn(fields, ledgers, rules), .. rules],
            Ledgers = ledgers,
            Targets = fields.TryGetValue("deliver", out YamlNode? deliver)
                ? new TargetReader(_values, _directory).Read(deliver)
                : Targets.None,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(utf8)),
        };
    }

    private void ReadLedgers(YamlNode node, List<WatchedLedgers> ledgers)
    {
        foreach ((YamlText key, YamlNode value) in _values.Reader.Map(node, "ledgers")?.Fields ?? [])
        {
            string what = $"ledgers.{key.Value}";
            if (_values.Reader.Name(key, "ledgers that rules are about") is not { } name
                || _values.Group(value, what, ["names"], ["profile", "fields"]) is not { } fields)
            {
                continue;
            }

            List<LedgerPattern> patterns = [];
            foreach ((string text, YamlNode at) in _values.Texts(fields, "names", what))
            {
                LedgerPattern? pattern = LedgerPattern.Parse(text, at.At, out string problem, out string hint);
                if (pattern is null)
                {
                    _values.Wrong(at, problem, hint);
                }
                else if (pattern.IsStoreLedger)
                {
                    _values.Wrong(
                        at, "the store's own ledgers have fields of their own",
                        "rules about _audit say ledger: _audit");
                }
                else
                {
                    patterns.Add(pattern);
                }
            }

            if (Spec(fields, what) is { } spec)
            {
                ledgers.Add(new WatchedLedgers(name, patterns, spec));
            }
        }
    }

    private IndexSpec? Spec(Dictionary<string, YamlNode> fields, string what)
    {
        if (fields.TryGetValue("fields", out YamlNode? own))
        {
            if (fields.ContainsKey("profile"))
            {
                _values.Wrong(own, $"{what} has a profile and fields", "one of them");
                return null;
            }

            if (_values.Reader.Text(own, $"{what}.fields") is not { } text)
            {
                return null;
            }

            try
            {
                return IndexSpec.Parse($"{IndexSpec.Header}\n{text.TrimEnd('\n')}\n");
            }
            catch (MalformedDataException wrong)
            {
                _values.Wrong(own, $"{what}.fields: {wrong.What}", "as `ledger fields show` prints them");
                return null;
            }
        }

        string? profile = _values.Choice(fields, "profile", what, [.. SpecProfile.Names]);
        return profile is not null ? SpecProfile.Find(profile)
            : fields.ContainsKey("profile") ? null : IndexSpec.Of([]);
    }

    // What is built in is right, and a rule of the file may have the place of one of the same name.
    private List<Rule> ReadBuiltIn(Dictionary<string, YamlNode> fields, List<WatchedLedgers> ledgers, List<Rule> own)
    {
        DiagnosticBag bag = new("built-in rules", "version: 1");
        ValueReader values = new(bag);
        List<Rule> all = new RuleReader(values, ledgers).Read((YamlList)YamlReader.Read(BuiltInText(), bag)!);
        if (bag.HasErrors)
        {
            throw new InvalidOperationException($"the built-in rules are wrong: {string.Join('\n', bag.InOrder())}");
        }

        string[] known = [.. all.Select(static rule => rule.Name).Distinct()];
        HashSet<string> without = [.. own.Select(static rule => rule.Name)];
        if (fields.TryGetValue("builtin", out YamlNode? node)
            && _values.Group(node, "builtin", [], ["without"]) is { } choice)
        {
            foreach ((string name, YamlNode at) in _values.Texts(choice, "without", "builtin"))
            {
                if (!known.Contains(name))
                {
                    _values.Wrong(at, $"no built-in rule is called {Quoted.Text(name)}", _bag.Suggest(name, known));
                }

                _ = without.Add(name);
            }
        }

        return [.. all.Where(rule => !without.Contains(rule.Name))];
    }
}
