// Every package is pinned, used by a project, and has its reason in the decision that lists them.
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace LedgerStore.Tests.Gates;

public sealed partial class PackagesTests
{
    [Fact]
    public void Every_pinned_package_is_used_and_has_its_reason()
    {
        string[] pinned = [.. Includes("Directory.Packages.props", "PackageVersion")];
        HashSet<string> used = [.. Directory.EnumerateFiles(SourceTree.Root, "*.csproj", SearchOption.AllDirectories)
            .Append(Path.Combine(SourceTree.Root, "Directory.Build.props"))
            .SelectMany(file => Includes(file, "PackageReference"))];
        string decision = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "decisions", "0030-packages.md"));
        const int heading = 1;
        string[] reasoned = [.. Row().Matches(decision).Skip(heading).Select(row => row.Groups["name"].Value)];
        Assert.Equal(pinned.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
        Assert.Equal(pinned.Order(StringComparer.Ordinal), reasoned.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Includes(string file, string element) =>
        XDocument.Load(Path.Combine(SourceTree.Root, file)).Descendants(element)
            .Select(each => each.Attribute("Include")!.Value);

    [GeneratedRegex(@"^\| (?<name>[\w-]+(\.[\w-]+)*) \| [^|]+ \| [^|]+ \|$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Row();
}
