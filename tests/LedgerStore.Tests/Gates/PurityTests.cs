// The gate on purity: nothing in Fields, Proofs and Policy opens a file, waits or looks at a clock, and the check
// sees it.

using Xunit;

namespace LedgerStore.Tests.Gates;

public sealed class PurityTests
{
    [Theory]
    [InlineData("engine/LedgerStore.Fields")]
    [InlineData("engine/LedgerStore.Proofs")]
    [InlineData("server/LedgerStore.Policy")]
    public void A_pure_project_computes_and_does_nothing_else(string project)
    {
        (string Path, string Text)[] files = [.. SourceTree.CSharpFiles(project)];
        Assert.True(files.Length > 20);
        string[] found = [.. files.SelectMany(static file => Purity.Check(file.Path, file.Text))];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("class A { string s = File.ReadAllText(path); }")]
    [InlineData("class A { string s = System.IO.File.ReadAllText(path); }")]
    [InlineData("class A(TimeProvider time) { }")]
    [InlineData("class A { [LibraryImport(\"libc\")] static partial int Open(); }")]
    [InlineData("class A { async Task<int> B() => 1; }")]
    public void What_is_not_pure_is_seen(string code) => Assert.Single(Purity.Check("x.cs", code));

    [Theory]
    [InlineData("// File.ReadAllText(path)")]
    [InlineData("class A { string s = \"File.Open\"; int n = position.File.Length; }")]
    [InlineData("class FileName { }")]
    public void What_is_pure_is_not_reported(string code) => Assert.Empty(Purity.Check("x.cs", code));
}
