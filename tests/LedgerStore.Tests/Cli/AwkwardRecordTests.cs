// Records that would break a line or drive a terminal, through a real server: what is exported is verified, what is
// read is one line each, and what a server says about holds and freezes reaches nobody's terminal as it is.

using System.Text;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class AwkwardRecordTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Every_byte_is_exported_and_verified(string type)
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        ulong first = await SizeAsync();
        byte[][] records = [.. Records()];
        using MemoryStream lines = new(records.SelectMany(record => record.Append((byte)'\n')).ToArray());
        CliResult appended = await _ledger.RunWithAsync(lines, "append", "demo", "--content-type", type);
        Assert.True(appended.Code == 0, appended.ToString());
        string bundle = Path.Combine(server.Root, type.Replace('/', '-'));
        CliResult exported = await _ledger.RunAsync(
            "export", "demo", "--from", $"{first}", "-n", $"{records.Length}", "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        CliResult verified = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(verified.Code == 0, verified.ToString());

        CliResult read = await _ledger.RunAsync("read", "demo", "--from", $"{first}", "--format", "json");
        string[] shown = read.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(records.Length, shown.Length);
        Assert.Equal(read.Output, await File.ReadAllTextAsync(Path.Combine(bundle, "entries.ndjson")));
        foreach (string line in shown)
        {
            Assert.DoesNotContain(line, static c => char.IsControl(c) || c is '\u2028' or '\u202e');
            JsonDocument.Parse(line).Dispose();
        }

        CliResult text = await _ledger.RunAsync("read", "demo", "--from", $"{first}");
        Assert.Equal(records.Length, text.Output.Split('\n').Length - 1);
        Assert.DoesNotContain(text.Output, static c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task A_bundle_whose_text_has_another_record_is_not_verified()
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        ulong first = await SizeAsync();
        await _ledger.RunAsync("append", "demo", "a\tb", "anna paid 7");
        string bundle = Path.Combine(server.Root, "shown");
        await _ledger.RunAsync("export", "demo", "--from", $"{first}", "-n", "2", "--out", bundle);
        string file = Path.Combine(bundle, "entries.ndjson");
        string text = await File.ReadAllTextAsync(file);

        // The same values written otherwise, as an older version wrote them, are the same; a carriage return is not.
        await ExpectAsync(bundle, file, text.Replace("\\u0009", "\\t", StringComparison.Ordinal), 0);
        await ExpectAsync(bundle, file, text.Replace("anna", "\\u0061nna", StringComparison.Ordinal), 0);
        await ExpectAsync(bundle, file, text.Replace("anna", "emma", StringComparison.Ordinal), 1);
        await ExpectAsync(bundle, file, text.Replace(",\"payload\"", ",\r\"payload\"", StringComparison.Ordinal), 1);
        await ExpectAsync(bundle, file, text + "\n", 1);
        await ExpectAsync(bundle, file, text[..^2], 1);
        await ExpectAsync(bundle, file, text, 0);
    }

    [Fact]
    public async Task Reasons_are_shown_and_do_nothing()
    {
        const string Reason = "case\r17\u001b[2J\u202e\u2028";
        await _ledger.RunAsync("create", "awkward");
        await _ledger.RunAsync("append", "awkward", "one");
        CliResult placed = await _ledger.RunAsync("hold", "place", "awkward", "--reason", Reason);
        Assert.True(placed.Code == 0, placed.ToString());
        foreach (string[] command in new string[][]
        {
            ["hold", "list", "awkward"],
            ["hold", "list", "awkward", "--json"],
            ["ledgers", "awkward", "--json"],
            ["retention", "plan", "awkward"],
        })
        {
            AssertTame(await _ledger.RunAsync(command), 0);
        }

        Assert.Equal(0, (await _ledger.RunAsync("freeze", "awkward", "--reason", Reason)).Code);
        CliResult refused = await _ledger.RunAsync("append", "awkward", "two");
        AssertTame(refused, 5);
        Assert.Contains("case\\u000d17\\u001b[2J\\u202e\\u2028", refused.Errors, StringComparison.Ordinal);
        AssertTame(await _ledger.RunAsync("append", "awkward", "two", "--json"), 5);
        AssertTame(await _ledger.RunAsync("read", "x\u001b[2J\u202e"), 4);
        AssertTame(await _ledger.RunAsync("verify", "--receipt", "x\u001b[2J\u202e"), 2);
    }

    private static void AssertTame(CliResult result, int code)
    {
        Assert.True(result.Code == code, result.ToString());
        Assert.DoesNotContain(
            result.Output + result.Errors, static c => c is '\r' or '\u001b' or '\u202e' or '\u2028');
    }

    private async Task ExpectAsync(string bundle, string file, string text, int code)
    {
        await File.WriteAllTextAsync(file, text);
        CliResult result = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(result.Code == code, $"{text}: {result}");
    }

    private async Task<ulong> SizeAsync()
    {
        CliResult list = await _ledger.RunAsync("ledgers", "demo", "--json");
        using JsonDocument answer = JsonDocument.Parse(list.Output);
        return answer.RootElement.GetProperty("ledgers")[0].GetProperty("size").GetUInt64();
    }

    private static IEnumerable<byte[]> Records()
    {
        for (int value = 0; value < 256; value++)
        {
            if (value != '\n')
            {
                yield return [.. "{\"a\":\"x"u8, (byte)value, .. "\"}"u8];
            }
        }

        yield return "{\"a\":\r1}"u8.ToArray();
        yield return Encoding.UTF8.GetBytes("{\"a\":\"\u202e\u2028\u2029\u009b\u007f\U000e0041\"}");
        yield return "\r{\"index\":0,\"payload\":\"forged\"}\r "u8.ToArray();
    }
}
