// Each kind of failure has its exit code, and says what to do next.

using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ExitCodeTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Theory]
    [InlineData("see ledger --help", "bogus")]
    [InlineData("Required argument 'ledger' missing", "read")]
    [InlineData("give a vkey, --from FILE, or --first-use", "trust", "add")]
    [InlineData("a vkey has the form", "trust", "add", "nonsense")]
    [InlineData("`ledger trust add VKEY`", "verify", "demo")]
    [InlineData("has no profile 'other'", "read", "demo", "--profile", "other")]
    [InlineData("there is no file", "read", "demo", "--as", "nobody")]
    [InlineData("for example https://", "read", "demo", "--server", "localhost")]
    [InlineData("--resume needs --producer", "append", "demo", "x", "--resume")]
    [InlineData("there is no store in", "read", "demo", "--data", ".")]
    [InlineData("is the path right?", "policy", "check", "nosuch.yaml")]
    [InlineData("is the path right?", "append", "demo", "--file", "nosuch.ndjson")]
    [InlineData("it is not a store", "verify", "--data", ".")]
    [InlineData("'./nosuch.tlog-proof' is no ledger", "verify", "./nosuch.tlog-proof")]
    [InlineData("named by its option: --receipt", "verify", "demo-1.tlog-proof")]
    [InlineData("there is no file", "verify", "--receipt", "./nosuch.tlog-proof")]
    [InlineData("there is no directory nosuch", "verify", "--bundle", "nosuch")]
    [InlineData("say one thing to verify", "verify")]
    [InlineData("say one thing to verify", "verify", "demo", "--data", ".")]
    [InlineData("say one thing to verify", "verify", "--receipt", "a", "--bundle", "b")]
    [InlineData("--entry does not go with --data", "verify", "--data", ".", "--entry", "x")]
    [InlineData("--entry does not go with --bundle", "verify", "--bundle", ".", "--entry", "x")]
    [InlineData("--anchor does not go with a ledger of a server", "verify", "demo", "--anchor", "x")]
    [InlineData("--cold does not go with --receipt", "verify", "--receipt", "x", "--cold", "y")]
    [InlineData("--rotation does not go with --evidence", "verify", "--evidence", "x", "--rotation", "y")]
    [InlineData("--trusted-checkpoint does not go with --evidence", "verify", "--evidence", "x",
        "--trusted-checkpoint", "y")]
    [InlineData("--from does not go with --checkpoint", "verify", "--checkpoint", "x", "--from", "0")]
    [InlineData("is the cold store mounted?", "verify", "--data", ".", "--cold", "./nosuch")]
    [InlineData("--verified is of a server", "read", "demo", "--data", ".", "--verified")]
    [InlineData("'yesterday' is no time; for example 20", "read", "demo", "--since", "yesterday")]
    public Task Usage_and_configuration_are_2(string says, params string[] arguments) =>
        ExpectAsync(2, says, arguments);

    [Fact]
    public async Task A_data_directory_in_use_is_2() =>
        await ExpectAsync(2, "belongs to one process", "verify", "--data", server.Data);

    [Fact]
    public async Task A_server_that_is_not_there_is_3()
    {
        await ExpectAsync(3, "no connection to localhost:1", "read", "demo", "--server", "https://localhost:1");
        await ExpectAsync(3, "is the server running", "append", "demo", "x", "--server", "https://localhost:1");
    }

    [Fact]
    public async Task A_certificate_that_is_not_believed_is_named()
    {
        string pki = Path.Combine(server.Keys, "pki");
        string clients = Path.Combine(pki, "clients");
        string other = Path.Combine(server.Root, "other");
        Assert.Equal(0, (await _ledger.RunAsync("init", other, "--name", "other.example.org")).Code);
        string otherCa = Directory.GetFiles(other, "ca.pem", SearchOption.AllDirectories).Single();
        await ExpectAsync(3, "did the authority in --ca", "read", "demo", "--ca", otherCa);
        string foreign = Directory.GetFiles(other, "reader.pem", SearchOption.AllDirectories).Single();
        await ExpectAsync(
            3, "issue the certificate? `ledger doctor`",
            "read", "demo", "--cert", foreign, "--key", Path.ChangeExtension(foreign, "key"));
        await ExpectAsync(
            2, "is not the one of the certificate",
            "read", "demo", "--cert", Path.Combine(clients, "reader.pem"), "--key",
            Path.Combine(clients, "appender.key"));
    }

    [Fact]
    public async Task What_the_policy_does_not_allow_is_4()
    {
        await ExpectAsync(4, "this identity may do nothing there", "append", "_audit", "x");
        await ExpectAsync(4, "policy", "read", "demo", "--as", "auditor");
        await ExpectAsync(4, "policy", "append", "demo", "x", "--as", "reader");
        await ExpectAsync(4, "policy", "status", "--as", "appender");
    }

    [Fact]
    public async Task Any_other_answer_of_the_server_is_5()
    {
        await ExpectAsync(5, "there is no ledger nosuch", "read", "nosuch");
        await ExpectAsync(5, "exists already", "create", "demo");
    }

    [Fact]
    public async Task An_error_in_json_has_its_code()
    {
        CliResult result = await _ledger.RunAsync("read", "nosuch", "--json");
        Assert.Equal(5, result.Code);
        Assert.StartsWith("{\"error\":{\"exit_code\":5,", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_0_and_names_every_command()
    {
        CliResult help = await _ledger.RunAsync("--help");
        Assert.Equal(0, help.Code);
        foreach (string command in new[] { "append", "read", "tail", "verify", "trust", "checkpoint", "prove" })
        {
            Assert.Contains($"  {command} ", help.Output, StringComparison.Ordinal);
            Assert.Equal(0, (await _ledger.RunAsync(command, "--help")).Code);
        }
    }

    private async Task ExpectAsync(int code, string says, params string[] arguments)
    {
        CliResult result = await _ledger.RunAsync(arguments);
        Assert.True(result.Code == code, $"expected {code}: {result}");
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
    }
}
