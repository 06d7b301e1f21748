// `ledger fields`, and what `ledger search` refuses: no server is needed.

using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class FieldsCommandTests : IDisposable
{
    private const string Anna = """{"actor":{"user":{"name":"anna"}},"api":{"operation":"a.b"},"status":"Failure"}""";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("whom=anna", "no field has this name")]
    [InlineData("who", "is no clause")]
    [InlineData("who=a*", "declares no beginnings")]
    [InlineData("when>yesterday", "a time is written")]
    public async Task What_cannot_be_asked_is_refused_before_a_server_is(string clause, string why)
    {
        CliResult refused = await new LedgerCli(string.Empty).RunAsync(
            "search", "demo", clause, "--profile", "ocsf");
        Assert.Equal(2, refused.Code);
        Assert.Contains(why, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_a_file_are_shown_in_their_fields()
    {
        LedgerCli ledger = new(string.Empty);
        CliResult good = await ledger.RunWithAsync($"{Anna}\n", "fields", "test", "-");
        Assert.Equal((0, "1: who=anna  what=a.b  outcome=failure"), (good.Code, good.Output.Split("\n")[0]));
        CliResult bad = await ledger.RunWithAsync("""{"time":"no"}""" + "\nx\n{}", "fields", "test", "-", "--json");
        Assert.Equal(1, bad.Code);
        Assert.Contains("is no time", bad.Output, StringComparison.Ordinal);
        Assert.Contains(
            "3 records; 2 cannot be read, 0 are not what the fields demand", bad.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spec_is_printed_and_taken_back_and_a_wrong_one_is_refused()
    {
        LedgerCli ledger = new(string.Empty);
        CliResult shown = await ledger.RunAsync("fields", "show", "--profile", "ecs");
        await File.WriteAllTextAsync(_file, shown.Output);
        CliResult again = await ledger.RunAsync("fields", "show", "--fields", _file);
        Assert.Equal((0, shown.Output, shown.Errors), (again.Code, again.Output, again.Errors));

        await File.WriteAllTextAsync(
            _file, shown.Output.Replace("field who text", "field who text required", StringComparison.Ordinal));
        CliResult flagged = await ledger.RunWithAsync("{}\n", "fields", "test", "-", "--fields", _file);
        Assert.Equal((1, "1: @flag=missing:who\n"), (flagged.Code, flagged.Output));

        await File.WriteAllTextAsync(_file, "ledgerstore fields/v1\nfield who blob\n");
        CliResult wrong = await ledger.RunAsync("fields", "show", "--fields", _file);
        Assert.Equal(2, wrong.Code);
        Assert.Contains($"{_file}:2: ", wrong.Errors, StringComparison.Ordinal);
        CliResult both = await ledger.RunAsync("fields", "show", "--fields", _file, "--profile", "ecs");
        Assert.Equal(2, both.Code);
    }
}
