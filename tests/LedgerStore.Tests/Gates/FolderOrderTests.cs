// The gate on folders: each project keeps its order, and the check sees a file that does not, a circle, and a folder
// that has no place.

using Xunit;

namespace LedgerStore.Tests.Gates;

public sealed class FolderOrderTests
{
    private const string Project = "engine/LedgerStore.Engine";

    private static readonly (string Path, string Text)[] s_some =
    [
        (Project + "/Files/IFile.cs", "namespace LedgerStore.Engine.Files;\n\ninternal interface IFile\n{\n}\n"),
        (Project + "/Journal/JournalWriter.cs", "internal sealed class JournalWriter(IFile file)\n{\n}\n"),
        (Project + "/Store/Store.cs", "public sealed class Store\n{\n    private struct Inner\n    {\n    }\n}\n"),
    ];

    public static TheoryData<string> Projects => [.. FolderOrder.Projects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Each_folder_uses_only_those_before_it(string project)
    {
        (string Path, string Text)[] files = [.. SourceTree.CSharpFiles(project)];
        FolderOrder order = new(project, FolderOrder.Projects[project], files);
        string[] found = [.. files.SelectMany(file => order.Check(file.Path, file.Text))];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_place_in_the_order_is_a_folder_with_types(string project)
    {
        (string Path, string Text)[] files = [.. SourceTree.CSharpFiles(project)];
        foreach (string folder in FolderOrder.Projects[project])
        {
            string prefix = folder == "." ? project + "/" : $"{project}/{folder}/";
            Assert.Contains(files, file => file.Path.StartsWith(prefix, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("using LedgerStore.Engine.Journal;")]
    [InlineData("using J = LedgerStore.Engine.Journal.JournalWriter;")]
    [InlineData("class A { global::LedgerStore.Engine.Journal.JournalWriter w; }")]
    [InlineData("class A { Engine.Journal.JournalWriter w; }")]
    [InlineData("class A { Journal.JournalWriter w; }")]
    [InlineData("class A { JournalWriter w; }")]
    [InlineData("class A { object o = new JournalWriter(null); }")]
    [InlineData("class A { JournalWriter JournalWriter { get; } }")]
    [InlineData("class A(List<JournalWriter> writers);")]
    [InlineData("class A : Store;")]
    [InlineData("class A { int n = Store.Count; }")]
    public void A_lower_folder_that_uses_a_higher_one_is_seen(string code) =>
        Assert.NotEmpty(Order().Check(Project + "/Files/x.cs", code));

    [Theory]
    [InlineData("using LedgerStore.Engine.Foundation;")]
    [InlineData("namespace LedgerStore.Engine.Files;")]
    [InlineData("// using LedgerStore.Engine.Journal;")]
    [InlineData("class A { string s = \"LedgerStore.Engine.Journal\"; }")]
    [InlineData("class A { int n = options.Journal.JournalWriter; int m = Journal.Length; }")]
    [InlineData("class A { IFile f; }")]
    [InlineData("record A(string Store, int Count) { object B => this with { Store = s }; int C => F(Store); }")]
    [InlineData("enum A\n{\n    None,\n    Store,\n}")]
    [InlineData("enum A\n{\n    Store = 4,\n    Both = Store | None,\n}")]
    [InlineData("class A { int n = new B { Store = 3 }.Store; }")]
    public void What_is_allowed_is_not_reported(string code) =>
        Assert.Empty(Order().Check(Project + "/Files/x.cs", code));

    [Fact]
    public void A_circle_is_seen_whatever_the_order()
    {
        const string Client = "client/LedgerStore.Client";
        (string Path, string Text)[] circle =
        [
            (Client + "/Reading/Reader.cs", "namespace C;\n\npublic sealed class Reader(Verifier verifier);\n"),
            (Client + "/Verifying/Verifier.cs", "namespace C;\n\npublic sealed class Verifier(Reader reader);\n"),
        ];
        foreach (string[] folders in (string[][])[["Reading", "Verifying"], ["Verifying", "Reading"]])
        {
            FolderOrder order = new(Client, folders, circle);
            Assert.Single(circle.SelectMany(file => order.Check(file.Path, file.Text)));
        }
    }

    [Fact]
    public void A_folder_that_has_no_place_is_seen() =>
        Assert.Single(Order().Check(Project + "/Helpers/x.cs", string.Empty));

    private static FolderOrder Order() => new(Project, FolderOrder.Projects[Project], s_some);
}
