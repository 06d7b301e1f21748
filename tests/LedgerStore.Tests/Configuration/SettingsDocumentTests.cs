// The table of settings in docs/OPERATIONS.md is the one in the code.
using System.Text;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Policy;
using Xunit;

namespace LedgerStore.Tests.Configuration;

public sealed class SettingsDocumentTests
{
    [Fact]
    public void The_table_of_settings_is_the_one_in_the_code()
    {
        string table = Table();
        string document = Samples.RepositoryFile("docs", "OPERATIONS.md");
        Assert.True(document.Contains(table, StringComparison.Ordinal), "docs/OPERATIONS.md should have:\n" + table);
    }

    [Fact]
    public void Every_default_is_a_value_that_is_accepted()
    {
        using ConfigDirectory directory = new();
        directory.Load(Settings.All.Where(s => s.Default is not null).ToDictionary(s => s.Variable, s => s.Default!));
    }

    [Fact]
    public void The_example_of_the_document_is_accepted()
    {
        string document = Samples.RepositoryFile("docs", "OPERATIONS.md");
        string yaml = document.Split("```yaml\n# server.yaml\n", 2)[1].Split("```", 2)[0];
        string file = Path.Combine(Directory.CreateTempSubdirectory("ledgerstore-config-").FullName, "server.yaml");
        File.WriteAllText(file, yaml);
        Assert.Equal("ledger.example.org", ServerConfig.Load(file, new Dictionary<string, string>()).PublicName);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static string Table()
    {
        StringBuilder table = new();
        table.Append("| setting | variable | value | default | what it is |\n|---|---|---|---|---|\n");
        foreach (Setting setting in Settings.All)
        {
            string value = setting.Default is { } text ? $"`{text}`" : setting.IsRequired ? "required" : "none";
            table.Append($"| `{setting.Path}` | `{setting.Variable}` | {setting.Form} | {value}"
                + $" | {setting.Description} |\n");
        }

        return table.ToString();
    }
}
