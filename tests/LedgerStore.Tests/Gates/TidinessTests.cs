// The gate on how the code looks: the repository keeps the house rules, and each check sees a file that does not.

using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Gates;

public sealed class TidinessTests(ITestOutputHelper output)
{
    /// <summary>The only files that may use unsafe code, and why.</summary>
    private static readonly Dictionary<string, string> s_unsafeFiles = new(StringComparer.Ordinal)
    {
        ["engine/LedgerStore.Engine/Files/LinuxMappedFile.cs"] = "an address of mmap becomes a span here",
        ["engine/LedgerStore.Engine/Files/LinuxNative.cs"] = "system calls that take or return addresses",
        ["engine/LedgerStore.Engine/Foundation/PinnedBuffer.cs"] = "native memory becomes a span here",
        ["engine/LedgerStore.Engine/Segments/Lz4Library.cs"] = "calls into liblz4 with addresses",
        ["engine/LedgerStore.Proofs/Hashing/BundleOrder.cs"] = "SHA lanes: messages sorted by address",
        ["engine/LedgerStore.Proofs/Hashing/ILanes.cs"] = "SHA lanes: loads from addresses",
        ["engine/LedgerStore.Proofs/Hashing/LaneBundle.cs"] = "SHA lanes: one message in each lane",
        ["engine/LedgerStore.Proofs/Hashing/LaneFrame.cs"] = "SHA lanes: the state on the stack",
        ["engine/LedgerStore.Proofs/Hashing/LaneNodes.cs"] = "SHA lanes: one node in each lane",
        ["engine/LedgerStore.Proofs/Hashing/LaneRounds.cs"] = "SHA lanes: the rounds",
        ["engine/LedgerStore.Proofs/Hashing/Lanes16.cs"] = "SHA lanes: 16 of AVX-512",
        ["engine/LedgerStore.Proofs/Hashing/Lanes8.cs"] = "SHA lanes: 8 of AVX2",
        ["engine/LedgerStore.Proofs/Hashing/Sha256Native.cs"] = "calls into libcrypto with addresses",
        ["engine/LedgerStore.Proofs/Hashing/Sha256Lanes.cs"] = "SHA lanes: where spans become addresses",
    };

    private const string Good = "// What it is.\n\nnamespace A.B;\n\ninternal sealed class Good;\n";

    [Fact]
    public void Every_source_file_keeps_the_house_rules() =>
        AssertNone(SourceTree.CSharpFiles("").SelectMany(file => Tidiness.Check(file.Path, file.Text)));

    [Fact]
    public void No_file_names_one_machine_or_a_package_host() => AssertNone(SourceTree.TextFiles()
        .SelectMany(file => Tidiness.MachineTraces(file.Path, file.Text)));

    [Fact]
    public void Unsafe_code_lives_in_the_listed_files_only()
    {
        string[] found = [.. SourceTree.CSharpFiles("")
            .Where(file => Tidiness.UsesUnsafe(file.Text)).Select(file => file.Path)];
        AssertNone(found.Except(s_unsafeFiles.Keys).Select(path => $"{path}: unsafe code is not allowed here"));
        AssertNone(s_unsafeFiles.Keys.Except(found).Select(path => $"{path}: is listed, but has no unsafe code"));
    }

    /// <summary>What a test says is read by people: `Nothing_is_lost`, not `NothingIsLost`.</summary>
    [Fact]
    public void Tests_are_named_in_sentences() => AssertNone(typeof(TidinessTests).Assembly.GetTypes()
        .SelectMany(static type => type.GetMethods())
        .Where(static method => method.IsDefined(typeof(FactAttribute), inherit: true))
        .Where(static method => !method.Name.Contains('_') && method.Name.Count(char.IsUpper) > 1)
        .Select(static method => $"{method.DeclaringType!.Name}.{method.Name} is no sentence: words_stand_apart"));

    [Fact]
    public void The_median_file_is_short()
    {
        int[] lengths = [.. SourceTree.CSharpFiles("").Select(file => Tidiness.Lines(file.Text).Length).Order()];
        output.WriteLine($"{lengths.Length} files, median {lengths[lengths.Length / 2]} lines, longest {lengths[^1]}");
        Assert.InRange(lengths[lengths.Length / 2], 1, 150);
    }

    [Fact]
    public void A_tidy_file_is_accepted() => Assert.Empty(Tidiness.Check("x/Good.cs", Good));

    [Fact]
    public void A_long_file_and_a_long_line_are_seen()
    {
        Assert.Single(Tidiness.Check("Good.cs", Good + new string('\n', Tidiness.LinesMax) + "//\n"));
        Assert.Single(Tidiness.Check("Good.cs", Good + "// " + new string('x', Tidiness.ColumnsMax - 2) + "\n"));
        Assert.Empty(Tidiness.Check("Good.cs", Good + "// " + new string('x', Tidiness.ColumnsMax - 3) + "\n"));
    }

    [Fact]
    public void A_missing_opening_comment_is_seen() =>
        Assert.Single(Tidiness.Check("Good.cs", Good[Good.IndexOf("namespace", StringComparison.Ordinal)..]));

    [Fact]
    public void A_namespace_with_braces_or_none_is_seen()
    {
        Assert.Single(Tidiness.Check("Good.cs", Good.Replace("A.B;", "A.B\n{", StringComparison.Ordinal) + "}\n"));
        Assert.Single(Tidiness.Check("Good.cs", "// What it is.\n\nclass Good;\n"));
        Assert.Empty(Tidiness.Check("Program.cs", "// What it is.\n\nRun();\n"));
    }

    [Fact]
    public void An_engine_namespace_that_is_not_its_folder_is_seen()
    {
        string files = Good.Replace("A.B", "LedgerStore.Engine.Files", StringComparison.Ordinal);
        Assert.Empty(Tidiness.Check("engine/LedgerStore.Engine/Files/Good.cs", files));
        Assert.Single(Tidiness.Check("engine/LedgerStore.Engine/Format/Good.cs", files));
        Assert.Single(Tidiness.Check("engine/LedgerStore.Engine/Good.cs", files));
    }

    [Fact]
    public void A_file_named_after_nothing_in_it_is_seen()
    {
        Assert.Single(Tidiness.Check("Bad.cs", Good));
        Assert.Empty(Tidiness.Check("Good.Part.cs", Good));
        Assert.Empty(Tidiness.Check("Goods.cs", Good));
        Assert.Single(Tidiness.Check("Bad.cs", Good + "// class Bad\n"));
    }

    [Theory]
    [InlineData("TO", "DO")]
    [InlineData("FIX", "ME")]
    [InlineData("HA", "CK")]
    [InlineData("NotImpl", "ementedException")]
    public void Unfinished_work_is_seen(string first, string second) =>
        Assert.Single(Tidiness.Check("Good.cs", Good + "// " + first + second + "\n"));

    [Fact]
    public void A_long_method_is_seen_and_a_long_type_is_not()
    {
        string body = string.Concat(Enumerable.Repeat("        x();\n", Tidiness.MethodLinesMax - 3));
        string Method(string more) =>
            "// What it is.\n\nnamespace A;\n\nclass Good\n{\n    void M()\n    {\n" + body + more + "    }\n\n"
            + "    void N()\n    {\n" + body + "    }\n}\n";
        Assert.Empty(Tidiness.Check("Good.cs", Method("")));
        Assert.Single(Tidiness.Check("Good.cs", Method("        x();\n")));
    }

    [Theory]
    [InlineData("unsafe { }", true)]
    [InlineData("static unsafe class A;", true)]
    [InlineData("// unsafe\nclass A;", false)]
    [InlineData("string s = \"unsafe\";", false)]
    [InlineData("string s = \"\"\"unsafe\"\"\"; /* unsafe */", false)]
    [InlineData("char c = '\"'; unsafe { } char d = '\"';", true)]
    [InlineData("string s = @\"a\"\"unsafe\"; ", false)]
    public void Unsafe_is_seen_in_code_and_not_in_comments_or_strings(string code, bool isUnsafe) =>
        Assert.Equal(isUnsafe, Tidiness.UsesUnsafe(code));

    [Theory]
    [InlineData("see ^work^notes", 1)]
    [InlineData("\"^tmp\"", 1)]
    [InlineData("cd ^home^anna^x", 1)]
    [InlineData("feed https:^^api.~.org^v3^index.json", 1)]
    [InlineData("https:^^registry.example.org^x", 1)]
    [InlineData("http:^^10.1.2.3:8081^x", 1)]
    [InlineData("https:^^log.example.org^work^tile", 0)]
    [InlineData("the .^work^tmp directory, and^tmp", 0)]
    [InlineData("https:^^www.rfc-editor.org^rfc^rfc6962", 0)]
    public void Traces_of_one_machine_are_seen(string masked, int count)
    {
        // Masked, so that this file has no such trace itself.
        string text = masked.Replace('^', '/').Replace("~", "nu" + "get", StringComparison.Ordinal);
        Assert.Equal(count, Tidiness.MachineTraces("x", text).Count());
    }

    private static void AssertNone(IEnumerable<string> violations) =>
        Assert.True(!violations.Any(), string.Join('\n', violations));
}
