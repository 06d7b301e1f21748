// Planted faults fit the sources that they are planted into, and the sources know nothing of them.
using LedgerStore.Campaigns.Planted;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Campaigns;

public sealed class PlantedFaultTests
{
    private static readonly string[] s_shipped = ["engine", "server", "client"];

    [Fact]
    public void Every_planted_fault_fits_its_source()
    {
        Dictionary<string, string> changed = PlantedBuild.Change(SourceTree.Root);
        Assert.All(PlantedFault.All, fault => Assert.All(
            fault.Changes, change => Assert.Contains($"PlantedFault.Is(\"{fault.Name}\")", changed[change.File])));
    }

    [Fact]
    public void What_ships_knows_nothing_of_them() => Assert.DoesNotContain(
        s_shipped.SelectMany(SourceTree.CSharpFiles),
        file => file.Text.Contains("PlantedFault", StringComparison.Ordinal));
}
