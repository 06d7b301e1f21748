// How the demonstration looks: numbered steps, commands as they would be typed, and what they answered; colours on a
// terminal. With --json there is one object at the end. One thread.

namespace LedgerStore.Cli;

/// <summary>Writes the demonstration.</summary>
internal sealed class DemoScreen(Run run, string root)
{
    private const string Indent = "   ";
    private const string Bold = "1";
    private const string Dim = "2";
    private const string Green = "1;32";
    private const string Red = "1;31";

    private int _steps;

    public void Begin()
    {
        Write(string.Empty, Bold, "LedgerStore: audit records that nobody can change unnoticed");
        Write(string.Empty, Dim, $"Everything here is real, and in {root}");
    }

    public void Step(string text)
    {
        _steps++;
        Blank();
        Write(string.Empty, Bold, $"{_steps}. {text}");
    }

    public void Command(string[] arguments, string suffix) =>
        Write(Indent, Dim, $"$ ledger {string.Join(' ', arguments.Select(Short))}{suffix}");

    public void Say(string text) => Write(Indent, string.Empty, Short(text));

    /// <summary>What a command answered.</summary>
    public void Output(string text)
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            string colour = line.StartsWith("verified", StringComparison.Ordinal) ? Green
                : line.StartsWith("NOT VERIFIED", StringComparison.Ordinal) ? Red
                : string.Empty;
            Write(Indent, colour, Short(line));
        }
    }

    public void End(DemoResult result, bool keep)
    {
        if (run.IsJson)
        {
            WriteJson(result, keep);
            return;
        }

        Blank();
        if (result.IsAsExpected)
        {
            Write(string.Empty, Green, $"Entry {result.Changed} was changed, and entry {result.Named} was named.");
        }
        else
        {
            Write(string.Empty, Red, $"Entry {result.Changed} was changed, and it was not named: please report this.");
        }

        run.Line($"The first record was verified after {result.FirstVerified.TotalSeconds:0.0} s.");
        Blank();
        Write(string.Empty, Bold, "What next");
        Facts(keep
            ?
            [
                ("its profile", $"export LEDGER_CONFIG={root}/data.keys/ledger.yaml"),
                ("look at it", $"ledger read demo --data {root}/data -n 10"),
                ("check it", $"ledger verify --data {root}/data"),
                ("in a browser", $"ledger console --data {root}/data"),
                ("throw it away", $"rm -r {root}"),
            ]
            : [("keep what it makes", "ledger demo --keep")]);
        Facts(
        [
            ("a server to try", "dotnet run --project server/LedgerStore.Server -- dev"),
            ("one in earnest", "ledger init --help, and docs/OPERATIONS.md"),
            ("in a browser", "ledger console, while a server runs; docs/CONSOLE.md"),
            ("in your program", "docs/APPLICATIONS.md"),
            ("who notices what", "docs/SECURITY.md"),
        ]);
    }

    private void Facts((string Name, string Value)[] facts)
    {
        const int width = 20;
        foreach ((string name, string value) in facts)
        {
            Write(Indent, string.Empty, name.PadRight(width) + value);
        }
    }

    private void WriteJson(DemoResult result, bool keep) => JsonOutput.Object(run, json =>
    {
        json.WriteBoolean("as_expected", result.IsAsExpected);
        json.WriteNumber("records", result.Records);
        json.WriteNumber("first_verified_seconds", Math.Round(result.FirstVerified.TotalSeconds, 3));
        json.WriteNumber("changed_index", result.Changed);
        if (result.Named is { } named)
        {
            json.WriteNumber("named_index", named);
        }
        else
        {
            json.WriteNull("named_index");
        }

        json.WriteString("directory", keep ? root : null);
    });

    private void Blank() => Write(string.Empty, string.Empty, string.Empty);

    // A reader of a minute needs no long name of a temporary directory on every line.
    private string Short(string text) => text.Replace(root + "/", string.Empty, StringComparison.Ordinal);

    private void Write(string indent, string colour, string text)
    {
        if (run.IsJson)
        {
            return;
        }

        if (colour.Length > 0 && text.Length > 0)
        {
            run.Coloured(colour, indent + text);
        }
        else
        {
            run.Line((indent + text).TrimEnd());
        }

        run.Host.Out.Flush();
    }
}
