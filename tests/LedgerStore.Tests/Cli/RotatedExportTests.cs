// Bundles and receipts from before and after a change of the signing key, checked offline by people who know only one
// of the keys.

using System.Diagnostics;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class RotatedExportTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);
    private readonly LedgerCli _stranger = new(Path.Combine(server.Root, "stranger", "config.yaml"));

    [ProgramFact("python3", "openssl")]
    public async Task A_bundle_is_verified_with_any_key_that_is_not_younger_than_its_tree()
    {
        await RunAsync("trust", "add", server.Vkey);
        await RunAsync("append", "demo", "one", "two", "three");
        string early = Path.Combine(server.Root, "early");
        await RunAsync("export", "demo", "--out", early);
        Assert.False(Directory.Exists(Path.Combine(early, "rotations")));

        string key = Path.Combine(server.Keys, "next.pem");
        await RunAsync("key", "new", key);
        await RunAsync("key", "rotate", key);
        await RunAsync("append", "demo", "four", "five");
        string late = Path.Combine(server.Root, "late");
        await RunAsync("export", "demo", "--from", "1", "--out", late);

        string newVkey = (await File.ReadAllTextAsync(Path.Combine(late, "vkey"))).Trim();
        Assert.NotEqual(server.Vkey, newVkey);
        await RunAsync("verify", "--bundle", late);
        string statement = Path.Combine(late, "rotations", "0001");
        string receipt = Path.Combine(late, "receipts", "000000000003.tlog-proof");
        await AssertAsync(0, "verify", "--bundle", late, "--vkey", server.Vkey);
        await AssertAsync(0, "verify", "--bundle", late, "--vkey", newVkey);
        await AssertAsync(0, "verify", "--bundle", early, "--vkey", server.Vkey);
        await AssertAsync(1, "verify", "--bundle", early, "--vkey", newVkey);
        await AssertAsync(0, "verify", "--receipt", receipt, "--vkey", newVkey);
        await AssertAsync(1, "verify", "--receipt", receipt, "--vkey", server.Vkey);
        await AssertAsync(0, "verify", "--receipt", receipt, "--vkey", server.Vkey, "--rotation", statement);

        string program = Path.Combine(late, "check_receipt.py");
        Assert.Equal(0, await PythonAsync(program, receipt, newVkey));
        Assert.Equal(0, await PythonAsync(program, receipt, newVkey, statement));
        Assert.Equal(0, await PythonAsync(program, receipt, server.Vkey, statement));
        Assert.NotEqual(0, await PythonAsync(program, receipt, server.Vkey));

        // A statement that one of the keys did not sign leads nowhere.
        string text = await File.ReadAllTextAsync(statement);
        await File.WriteAllTextAsync(statement, text[..(text.TrimEnd('\n').LastIndexOf('\n') + 1)]);
        await AssertAsync(1, "verify", "--bundle", late, "--vkey", server.Vkey);
        Assert.NotEqual(0, await PythonAsync(program, receipt, server.Vkey, statement));
    }

    private async Task RunAsync(params string[] arguments)
    {
        CliResult result = await _ledger.RunAsync(arguments);
        Assert.True(result.Code == 0, result.ToString());
    }

    private async Task AssertAsync(int code, params string[] arguments)
    {
        CliResult result = await _stranger.RunAsync(arguments);
        Assert.True(result.Code == code, $"{string.Join(' ', arguments)}: {result}");
    }

    private static async Task<int> PythonAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("python3", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
