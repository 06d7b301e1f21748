// What the README shows is what was compiled, and it does what the README says.

using LedgerStore.Engine;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Docs;

public sealed class ReadmeExampleTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-readme-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_readme_shows_the_code_that_is_compiled()
    {
        string source = File.ReadAllText(
            Path.Combine(SourceTree.Root, "tests", "LedgerStore.Tests", "Docs", "ReadmeExample.cs"));
        string body = Between(source, "// README begins\n", "// README ends");
        string expected = string.Join('\n', body.Split('\n').Select(static line => line.Trim()));
        string readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));
        string shown = Between(readme, "run by ReadmeExampleTests -->\n```csharp\n", "```");
        string code = Between(shown, "using LedgerStore.Engine;\n", null);
        string actual = string.Join('\n', code.Split('\n').Select(static line => line.Trim()));
        Assert.Equal(expected.Trim(), actual.Trim());
    }

    [Fact]
    public async Task The_example_leaves_a_store_with_its_record()
    {
        await ReadmeExample.Run(_directory);
        using Store store = Store.Open(new StoreOptions { Directory = _directory });
        Assert.Equal(1, store.GetLedger("payments").Size);
    }

    private static string Between(string text, string begin, string? end)
    {
        int from = text.IndexOf(begin, StringComparison.Ordinal);
        Assert.True(from >= 0, $"'{begin.Trim()}' is missing");
        from += begin.Length;
        int to = end is null ? text.Length : text.IndexOf(end, from, StringComparison.Ordinal);
        Assert.True(to >= 0, $"'{end}' is missing");
        return text[from..to];
    }
}
