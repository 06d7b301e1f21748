// The gate on dependencies: the repository keeps the order, and the check sees a file or project that does not.

using Xunit;

namespace LedgerStore.Tests.Gates;

public sealed class DependencyTests
{
    private const string Engine = "engine/LedgerStore.Engine";

    private static readonly Dictionary<string, HashSet<string>> s_someTypes =
        new() { ["Journal"] = ["JournalWriter"], ["Files"] = ["IFile"] };

    [Fact]
    public void Each_folder_of_the_engine_uses_only_those_before_it()
    {
        Dictionary<string, HashSet<string>> types = [];
        foreach ((string path, string text) in SourceTree.CSharpFiles(Engine))
        {
            string folder = FolderOf(path);
            types.TryAdd(folder, []);
            types[folder].UnionWith(Dependencies.TypesIn(text));
        }

        Assert.Contains("IFile", types["Files"]);
        AssertNone(SourceTree.CSharpFiles(Engine).SelectMany(
            file => Dependencies.CheckEngineFile(file.Path, file.Text, FolderOf(file.Path), types)));
    }

    [Fact]
    public void Projects_reference_only_what_they_may()
    {
        string[] projects = Directory.GetFiles(SourceTree.Root, "*.csproj", SearchOption.AllDirectories);
        Assert.True(projects.Length >= 9);
        AssertNone(projects.SelectMany(
            path => Dependencies.CheckProject(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path))));
    }

    [Theory]
    [InlineData("using LedgerStore.Engine.Journal;")]
    [InlineData("using J = LedgerStore.Engine.Journal.JournalWriter;")]
    [InlineData("class A { global::LedgerStore.Engine.Journal.JournalWriter w; }")]
    [InlineData("class A { Engine.Journal.JournalWriter w; }")]
    [InlineData("class A { Journal.JournalWriter w; }")]
    public void A_lower_folder_that_uses_a_higher_one_is_seen(string code) =>
        Assert.Single(Dependencies.CheckEngineFile("x.cs", code, "Files", s_someTypes));

    [Theory]
    [InlineData("using LedgerStore.Engine.Foundation;")]
    [InlineData("namespace LedgerStore.Engine.Files;")]
    [InlineData("// using LedgerStore.Engine.Journal;")]
    [InlineData("class A { string s = \"LedgerStore.Engine.Journal\"; }")]
    [InlineData("class A { int n = options.Journal.JournalWriter; int m = Journal.Length; }")]
    [InlineData("class A { Files.IFile f; }")]
    public void What_is_allowed_is_not_reported(string code) =>
        Assert.Empty(Dependencies.CheckEngineFile("x.cs", code, "Files", s_someTypes));

    [Fact]
    public void A_folder_that_the_design_does_not_know_is_seen() =>
        Assert.Single(Dependencies.CheckEngineFile("x.cs", "", "Helpers", s_someTypes));

    [Theory]
    [InlineData("LedgerStore.Proofs", "LedgerStore.Protocol")]
    [InlineData("LedgerStore.Client", "LedgerStore.Engine")]
    [InlineData("LedgerStore.Policy", "LedgerStore.Proofs")]
    [InlineData("LedgerStore.Protocol", "LedgerStore.Proofs")]
    [InlineData("LedgerStore.Engine", "LedgerStore.Policy")]
    public void A_reference_that_is_not_allowed_is_seen(string project, string referenced) => Assert.Single(
        Dependencies.CheckProject(
            project,
            $"<Project><ItemGroup><ProjectReference Include=\"../../x/{referenced}/{referenced}.csproj\" />"
            + "</ItemGroup></Project>"));

    [Theory]
    [InlineData("LedgerStore.Cli", "ReferenceOutputAssembly=\"false\" Private=\"false\"", 0)]
    [InlineData("LedgerStore.Cli", "ReferenceOutputAssembly=\"false\"", 1)]
    [InlineData("LedgerStore.Cli", "Private=\"false\"", 1)]
    [InlineData("LedgerStore.Client", "ReferenceOutputAssembly=\"false\" Private=\"false\"", 1)]
    public void A_program_that_is_only_started_is_no_reference(string project, string how, int violations) =>
        Assert.Equal(violations, Dependencies.CheckProject(
            project,
            "<Project><ItemGroup><ProjectReference "
            + $"Include=\"../../x/LedgerStore.Server/LedgerStore.Server.csproj\" {how} />"
            + "</ItemGroup></Project>").Count());

    private static string FolderOf(string path) => path[(Engine.Length + 1)..].Split('/')[0];

    private static void AssertNone(IEnumerable<string> violations) =>
        Assert.True(!violations.Any(), string.Join('\n', violations));
}
