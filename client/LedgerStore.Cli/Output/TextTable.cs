// Rows and columns: a drawn table on a terminal, plain aligned text in a pipe. One thread.
using Spectre.Console;

namespace LedgerStore.Cli;

/// <summary>Prints a table.</summary>
internal static class TextTable
{
    private const int WordColumnsMax = 32;

    public static void Write(Run run, IReadOnlyList<string> headers, IReadOnlyList<string[]> rows)
    {
        // Before the widths are known: what is escaped is longer.
        rows = [.. rows.Select(row => row.Select(SafeText.Line).ToArray())];
        if (run.Host.IsOutputTerminal)
        {
            WriteDrawn(run, headers, rows);
            return;
        }

        int[] widths = [.. headers.Select((header, column) =>
            rows.Select(row => row[column].Length).Append(header.Length).Max())];
        run.Line(Join(headers, widths));
        foreach (string[] row in rows)
        {
            run.Line(Join(row, widths));
        }
    }

    /// <summary>Names and values, one pair to a line.</summary>
    public static void WriteFacts(Run run, IReadOnlyList<(string Name, string Value)> facts)
    {
        int width = facts.Max(fact => fact.Name.Length);
        foreach ((string name, string value) in facts)
        {
            run.Line($"{name.PadRight(width)}  {value}");
        }
    }

    private static string Join(IReadOnlyList<string> cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();

    private static void WriteDrawn(Run run, IReadOnlyList<string> headers, IReadOnlyList<string[]> rows)
    {
        Table table = new() { Border = TableBorder.Rounded };
        foreach (string header in headers)
        {
            int column = table.Columns.Count;
            table.AddColumn(new TableColumn(new Markup(Markup.Escape(header), new Style(decoration: Decoration.Bold)))
            {
                NoWrap = rows.All(row => IsWord(row[column])),
            });
        }

        foreach (string[] row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell, StyleOf(cell)))]);
        }

        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(run.Host.Out.Drawing) });
        console.Write(table);
    }

    // A name or number that somebody copies must not be broken, as long as the table has room for it.
    private static bool IsWord(string cell) => cell.Length <= WordColumnsMax && !cell.Contains(' ');

    private static Style StyleOf(string cell) => cell switch
    {
        "ok" or "serving" => new Style(Color.Green),
        "doubtful" or "recovering" => new Style(Color.Yellow),
        "WRONG" or "damaged" => new Style(Color.Red, decoration: Decoration.Bold),
        _ => Style.Plain,
    };
}
