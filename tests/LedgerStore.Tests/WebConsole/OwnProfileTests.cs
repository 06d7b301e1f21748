// The page has one profile of fields in its own language: what `ledger` has under the same name.

using LedgerStore.Fields;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

public sealed class OwnProfileTests
{
    [Fact]
    public void The_fields_that_the_page_goes_by_are_those_of_the_command()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "client/console/src/state/profile.ts"));
        Assert.Contains($"`{SpecProfile.Find("ocsf")!.Text}`", page, StringComparison.Ordinal);
    }
}
