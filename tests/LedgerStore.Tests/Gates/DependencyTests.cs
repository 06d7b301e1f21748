// The gate on dependencies: the repository keeps the order, and the check sees a file or project that does not.

using Xunit;

namespace LedgerStore.Tests.Gates;

public sealed class DependencyTests
{
    [Fact]
    public void Projects_reference_only_what_they_may()
    {
        string[] projects = Directory.GetFiles(SourceTree.Root, "*.csproj", SearchOption.AllDirectories);
        Assert.True(projects.Length >= 9);
        AssertNone(projects.SelectMany(
            path => Dependencies.CheckProject(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path))));
    }

    [Theory]
    [InlineData("LedgerStore.Proofs", "LedgerStore.Protocol")]
    [InlineData("LedgerStore.Client", "LedgerStore.Engine")]
    [InlineData("LedgerStore.Policy", "LedgerStore.Proofs")]
    [InlineData("LedgerStore.Protocol", "LedgerStore.Proofs")]
    [InlineData("LedgerStore.Engine", "LedgerStore.Policy")]
    [InlineData("LedgerStore.Intake", "LedgerStore.Engine")]
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

    private static void AssertNone(IEnumerable<string> violations) =>
        Assert.True(!violations.Any(), string.Join('\n', violations));
}
