// What a terminal shows: columns cut to its width, drawn tables, colours; and plain text when NO_COLOR says so.

using System.Text;
using LedgerStore.Cli;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class TerminalTests(DevServer server) : IClassFixture<DevServer>
{
    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Entries_are_cut_to_the_terminal(int columns)
    {
        LedgerCli ledger = new(server.Profile);
        await ledger.RunAsync("create", $"wide{columns}");
        await ledger.RunAsync("append", $"wide{columns}", new string('x', 300), "short\u001b[31m");
        string[] lines = (await ShowAsync(columns, noColour: true, "read", $"wide{columns}")).TrimEnd('\n').Split('\n');
        Assert.Equal("   index  time (UTC)           appender        record", lines[0]);
        Assert.Equal(columns, lines[1].Length);
        Assert.EndsWith("xxx…", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("       1  20", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("  appender        short\\u001b[31m", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_trusts_a_name_with_letters_that_look_like_others_is_told_which_they_are()
    {
        string home = Directory.CreateTempSubdirectory("ledgerstore-trust-").FullName;
        try
        {
            LedgerCli ledger = new(Path.Combine(home, "config.yaml"));
            using SigningKey key = SigningKey.Generate();
            VerifierKey plain = new(KeyName.Parse("localhost/demo"), SignatureType.Ed25519, key.PublicKey);
            CliResult told = await ledger.RunAsync("trust", "add", plain.ToString());
            Assert.True(told.Code == 0 && told.Errors.Length == 0, told.ToString());
            VerifierKey alike = new(KeyName.Parse("localhost/dem\u043e"), SignatureType.Ed25519, key.PublicKey);
            CliResult warned = await ledger.RunAsync("trust", "add", alike.ToString());
            Assert.Equal(0, warned.Code);
            Assert.Contains("not ASCII", warned.Errors, StringComparison.Ordinal);
            Assert.Contains("localhost/dem\\u043e", warned.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task Verdicts_have_a_colour_unless_nobody_wants_it()
    {
        LedgerCli ledger = new(server.Profile);
        await ledger.RunAsync("trust", "add", server.Vkey);
        await ledger.RunAsync("append", "demo", "one", "--checkpoint");
        string shown = await ShowAsync(80, noColour: false, "verify", "demo");
        Assert.StartsWith("\u001b[32mverified: localhost/demo\u001b[0m\n", shown, StringComparison.Ordinal);
        string plain = await ShowAsync(80, noColour: true, "verify", "demo");
        Assert.StartsWith("verified: localhost/demo\n", plain, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_are_drawn()
    {
        string shown = await ShowAsync(80, noColour: true, "ledgers", "demo");
        Assert.StartsWith("╭──", shown, StringComparison.Ordinal);
        Assert.Contains("│ demo", shown, StringComparison.Ordinal);
    }

    private async Task<string> ShowAsync(int columns, bool noColour, params string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream errors = new();
        string? Variable(string name) => name switch
        {
            "LEDGER_CONFIG" => server.Profile,
            "NO_COLOR" when noColour => "1",
            _ => null,
        };
        using (CliHost host = new(Stream.Null, output, errors, Variable)
        {
            IsOutputTerminal = true,
            Columns = columns,
        })
        {
            Assert.Equal(0, await LedgerCommand.RunAsync(arguments, host));
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
