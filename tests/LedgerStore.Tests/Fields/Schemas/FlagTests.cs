// What fields demand, and the flags of records that are something else: by the scanner, by the check before a record is
// stored, and by the Python program that was written from FORMAT.md.

using System.Diagnostics;
using System.Text;
using LedgerStore.Fields;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Fields.Schemas;

public sealed class FlagTests
{
    private const long Received = 1_700_000_000_000_000;

    private static readonly IndexSpec s_spec = IndexSpec.Parse("""
        ledgerstore fields/v1
        field who text required type=string
        path who
        path a.b[*]
        field outcome text fold
        path outcome
        value success
        value failure
        value 7
        field n id type=number
        path n
        field ok text type=boolean
        path ok
        field where ip type=address
        path ip
        field when time unit=ms skew=300
        path t
        reject

        """);

    [Theory]
    [InlineData("""{"who":"anna"}""", "")]
    [InlineData("""{}""", "missing:who")]
    [InlineData("""{"who":null,"outcome":null}""", "missing:who")]
    [InlineData("""{"who":7}""", "type:who")]
    [InlineData("""{"who":true}""", "type:who")]
    [InlineData("""{"a":{"b":["x",7]}}""", "type:who")]
    [InlineData("""{"who":"","a":{"b":[7]}}""", "")]
    [InlineData("""{"who":"a","outcome":"SUCCESS"}""", "")]
    [InlineData("""{"who":"a","outcome":"denied"}""", "value:outcome")]
    [InlineData("""{"who":"a","outcome":"success","outcome":"x"}""", "value:outcome")]
    [InlineData("""{"who":"a","outcome":7.0}""", "")]
    [InlineData("""{"who":"a","outcome":true}""", "value:outcome")]
    [InlineData("""{"who":"a","n":1e2}""", "")]
    [InlineData("""{"who":"a","n":"100"}""", "type:n")]
    [InlineData("""{"who":"a","ok":false}""", "")]
    [InlineData("""{"who":"a","ok":"false"}""", "type:ok")]
    [InlineData("""{"who":"a","ip":"::FFFF:1.2.3.4"}""", "")]
    [InlineData("""{"who":"a","ip":"host-7"}""", "type:where")]
    [InlineData("""{"who":"a","ip":"fe80::1%eth0"}""", "type:where")]
    [InlineData("""{"who":"a","ip":7}""", "type:where")]
    [InlineData("""{"who":"a","t":1700000300000}""", "")]
    [InlineData("""{"who":"a","t":1700000300001}""", "skew:when")]
    [InlineData("""{"who":"a","t":1699999700000}""", "")]
    [InlineData("""{"who":"a","t":1699999699999}""", "skew:when")]
    [InlineData("""{"outcome":"?","n":"","ok":0,"ip":"","t":0}""",
        "missing:who value:outcome type:n type:ok type:where skew:when")]
    public void A_record_has_these_flags(string record, string expected)
    {
        Assert.Equal(expected, string.Join(' ', FlagsOf(EntryMaker.Entry(record))));
        RecordProblem? problem = new RecordCheck(s_spec).Find(Encoding.UTF8.GetBytes(record), Received);
        Assert.Equal(expected.Split(' ')[0], problem?.Flag ?? "");
        if (problem is not null)
        {
            // For people: which field, and where it is in a record.
            string name = problem.Flag[(problem.Flag.IndexOf(':', StringComparison.Ordinal) + 1)..];
            Assert.StartsWith($"'{name}' (", problem.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_record_that_cannot_be_read_is_a_problem_and_a_time_is_none_before_it_is_received()
    {
        RecordCheck check = new(s_spec);
        Assert.Equal(RecordCheck.Opaque, check.Find("no"u8, Received)!.Flag);
        Assert.Contains("no JSON object", check.Find("no"u8, Received)!.Reason, StringComparison.Ordinal);
        Assert.Null(check.Find("""{"who":"a","t":0}"""u8, receivedMicros: null));
    }

    [Fact]
    public void The_first_record_of_a_batch_that_is_refused_is_named()
    {
        byte[] batch = """{"who":"a"}{"who":"b"}{"who":3}{}"""u8.ToArray();
        Assert.Equal("type:who", RecordChecks.Find(s_spec, [11, 11, 9, 2], batch, Received, out int number)!.Flag);
        Assert.Equal(2, number);
        Assert.Null(RecordChecks.Find(s_spec, [11, 11], batch, Received, out _));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_record_that_is_as_demanded()
    {
        byte[] batch = """{"who":"a","outcome":"success","n":1,"ok":true,"ip":"::1","t":1700000000000}"""u8.ToArray();
        int[] lengths = [batch.Length];
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                _ = RecordChecks.Find(s_spec, lengths, batch, Received, out _);
            }
        }));
    }

    [ProgramFact("python3")]
    public async Task Python_finds_the_same_flags()
    {
        List<byte[]> entries = [EntryMaker.Entry([], type: "application/x-ledgerstore-filler"), EntryMaker.Entry([])];
        for (int seed = 0; seed < 2_000; seed++)
        {
            Random random = new(seed);
            entries.Add(EntryMaker.Entry(
                new JsonGen(random, "who", "a", "b", "outcome", "n", "ok", "ip", "t").Record(mayBeDamaged: true),
                Received + random.Next(-400_000_000, 400_000_000)));
        }

        string[] expected = [.. entries.Select(entry => FlagsOf(entry) is { Length: > 0 } flags
            ? flags[0] == RecordCheck.Opaque ? flags[0] : string.Join(',', flags)
            : "-")];
        Assert.True(expected.Distinct().Count() > 8, string.Join(' ', expected.Distinct()));
        Assert.Equal(expected, await AskPythonAsync(entries));
    }

    private static string[] FlagsOf(byte[] entry)
    {
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(entry));
        return scanner.Values.Opaque != OpaqueReason.None
            ? [RecordCheck.Opaque]
            : [.. scanner.Values.All.ToArray().Where(static value => value.Field == OwnField.Flag)
                .Select(value => Encoding.UTF8.GetString(scanner.Values.TextOf(value)))];
    }

    private static async Task<string[]> AskPythonAsync(IEnumerable<byte[]> entries)
    {
        ProcessStartInfo start = new("python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("-B");
        start.ArgumentList.Add(Path.Combine(SourceTree.Root, "tests", "interop", "search-python", "flags.py"));
        using Process python = Process.Start(start)!;
        await python.StandardInput.WriteLineAsync(Convert.ToHexString(Encoding.UTF8.GetBytes(s_spec.Text)));
        foreach (byte[] entry in entries)
        {
            await python.StandardInput.WriteLineAsync(Convert.ToHexString(entry));
        }

        python.StandardInput.Close();
        string said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
