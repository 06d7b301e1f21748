// Hostile files: whatever the bytes are, the answer is a policy or diagnostics, never an exception, and the memory used
// is in proportion to the file.
using System.Text;
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class ParseFuzzTests
{
    private static readonly int s_rounds =
        Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") is "1" ? 500_000 : 6_000;

    private static readonly string[] s_fragments =
    [
        "*", "&a", "*a", "!!map ", "!", "? ", ": ", "- ", "[", "]", "{", "}", "|\n", ">\n", "---\n", "...\n", "%TAG",
        "#", "\"", "'", "\\", "\t", "\n", "\r\n", "\0", "\u2028", "\uFEFF", "~", "null", "<<: ", "0x1", "1e9", ",",
        "version: 1\n", "roles:\n", "bindings:\n", "deny:\n", "identities:\n", "CN=", "sha256:", "spiffe://", "_audit",
        "\ud83d\ude00", "é", "@", "`", "[[[[[[[[", "{a: {a: {a: {a: ",
    ];

    [Fact]
    public void Mutated_files_give_diagnostics_and_never_an_exception()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        byte[] original = Encoding.UTF8.GetBytes(Samples.Design);
        for (int round = 0; round < s_rounds; round++)
        {
            byte[] mutant = Mutate(original, random);
            PolicyParseResult result = ParseOrExplain(mutant, $"seed {seed} round {round}");
            Assert.True(result.Policy is not null != result.Errors.Any(), $"seed {seed} round {round}");
            Assert.All(result.Diagnostics, d => Assert.True(d is { Line: >= 1, Column: >= 1 }, $"seed {seed} {d}"));
            Assert.All(result.Diagnostics, d => Assert.DoesNotContain(d.ToString(), char.IsControl));
        }
    }

    [Fact]
    public void Random_bytes_give_diagnostics_and_never_an_exception()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int round = 0; round < s_rounds / 4; round++)
        {
            StringBuilder text = new();
            for (int i = random.Next(40); i > 0; i--)
            {
                text.Append(s_fragments[random.Next(s_fragments.Length)]);
            }

            ParseOrExplain(Encoding.UTF8.GetBytes(text.ToString()), $"seed {seed} round {round}");
        }
    }

    public static TheoryData<string, string, int> Monsters => new()
    {
        { "", "[", 100_000 },
        { "", "{a: ", 100_000 },
        { "", "- ", 100_000 },
        { "", "? ", 100_000 },
        { "version: 1\ntrust_domain: x\nzz: \"", "\\", 100_000 },
        { "version: 1\ntrust_domain: x\nzz: ", "a", 1_000_000 },
        { "version: 1\ntrust_domain: x\nzz: ", "a ", 400_000 },
        { "", "#\n", 400_000 },
        { "", "\n", 1_000_000 },
        { "", " ", 1_000_000 },
        { "version: 1\ntrust_domain: x\nanonymous_tiles: [", "a,", 400_000 },
        { "version: 1\ntrust_domain: x\nanonymous_tiles: [", "[],", 300_000 },
        { "version: 1\ntrust_domain: x\nroles:\n", "  a: [b]\n", 100_000 },
        { "version: 1\ntrust_domain: x\nbindings:\n", "- {role: r, identities: [i], ledgers: [l]}\n", 20_000 },
        { "version: 1\ntrust_domain: x\ndeny:\n", "- {issuer: 'CN=x', serial: 'a'}\n", 25_000 },
        { "a: &a [x]\nb: ", "*a ", 100_000 },
    };

    [Theory]
    [MemberData(nameof(Monsters))]
    public void A_monster_costs_no_more_than_its_size(string head, string part, int count)
    {
        byte[] file = Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(part, count)));
        Assert.True(file.Length <= PolicyLimits.FileBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParseOrExplain(file, part);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 1000L * file.Length + 1_000_000, $"{allocated} bytes for a file of {file.Length}");
    }

    [Fact]
    public void Many_unknown_references_and_many_names_are_not_multiplied()
    {
        // Suggestions compare a wrong name with all known ones: only as long as somebody will read them.
        string identities = string.Concat(Enumerable.Range(0, 8_000)
            .Select(i => $"  i{i}: {{ uri: spiffe://d/{i} }}\n"));
        string members = string.Join(",", Enumerable.Range(0, 80_000).Select(i => $"x{i}"));
        PolicyParseResult result = Samples.Parse($"version: 1\ntrust_domain: d\nidentities:\n{identities}roles:\n"
            + $"  w: [append]\nbindings:\n- {{ role: w, identities: [{members}], ledgers: [l] }}\n");
        Assert.Equal(PolicyLimits.Diagnostics + 1, result.Diagnostics.Length);
    }

    private static PolicyParseResult ParseOrExplain(byte[] file, string at)
    {
        try
        {
            return PolicyDocument.Parse(file);
        }
        catch (Exception error)
        {
            string shown = Convert.ToBase64String(file.AsSpan(0, Math.Min(file.Length, 4000)));
            throw new InvalidOperationException($"{at}: {shown}", error);
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_fragments[random.Next(s_fragments.Length)]));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 3 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 4 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(20) == 0 ? bytes.Count - at : 0);
                    break;
            }
        }

        return [.. bytes];
    }
}
