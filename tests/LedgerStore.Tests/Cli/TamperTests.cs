// Somebody who can write every file changes a byte: what `verify` says, and that an older checkpoint shows a rollback.

using System.Text;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class TamperTests : IAsyncLifetime
{
    private readonly DevServer _server = new();
    private LedgerCli _ledger = new(string.Empty);

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        _ledger = new LedgerCli(_server.Profile);
        await _server.TrustAllAsync(_ledger);
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Who_may_verify_and_not_read_is_told_what_to_verify()
    {
        await _ledger.RunAsync("append", "demo", "bob approved");
        CliResult denied = await _ledger.RunAsync("verify", "demo", "--as", "auditor");
        Assert.Equal(4, denied.Code);
        Assert.Contains("`ledger verify demo --hashes`", denied.Errors, StringComparison.Ordinal);
        CliResult hashes = await _ledger.RunAsync("verify", "demo", "--hashes", "--as", "auditor");
        Assert.True(hashes.Code == 0, hashes.ToString());
    }

    [Fact]
    public async Task A_byte_that_was_changed_on_the_disk_is_named()
    {
        await _ledger.RunAsync("append", "demo", "bob approved", "anna paid", "carol read");
        CliResult served = await _ledger.RunAsync("verify", "demo");
        Assert.True(served.Code == 0, served.ToString());
        await _server.StopAsync();
        CliResult sound = await _ledger.RunAsync("verify", "--data", _server.Data);
        Assert.True(sound.Code == 0, sound.ToString());
        Assert.StartsWith($"verified: {_server.Data}\nledger", sound.Output, StringComparison.Ordinal);

        string segment = Assert.Single(Directory.GetFiles(Path.Combine(_server.Data, "ledgers", "1", "segments")));
        Replace(segment, "carol", "caroI");
        CliResult changed = await _ledger.RunAsync("verify", "--data", _server.Data);
        Assert.Equal(1, changed.Code);
        Assert.StartsWith(
            $"NOT VERIFIED: {_server.Data}\n  demo: entries 0 to 2 cannot be read\n", changed.Output,
            StringComparison.Ordinal);
        Assert.Contains($"in {segment}, at byte ", changed.Output, StringComparison.Ordinal);

        CliResult json = await _ledger.RunAsync("verify", "--data", _server.Data, "--json");
        Assert.Equal(1, json.Code);
        using JsonDocument report = JsonDocument.Parse(json.Output);
        JsonElement finding = report.RootElement.GetProperty("findings")[0];
        Assert.Equal(0, finding.GetProperty("first_index").GetInt32());
        Assert.Equal(1, (await _ledger.RunAsync("read", "demo", "--data", _server.Data)).Code);
    }

    [Fact]
    public async Task An_older_copy_of_the_data_does_not_continue_a_checkpoint_that_was_kept()
    {
        await _ledger.RunAsync("append", "demo", "one", "two");
        await _server.StopAsync();
        string older = Path.Combine(_server.Root, "older");
        Copy(_server.Data, older);
        await _server.StartAsync();
        await _ledger.RunAsync("append", "demo", "three", "--checkpoint");
        string kept = Path.Combine(_server.Root, "kept.checkpoint");
        Assert.Equal(0, (await _ledger.RunAsync("checkpoint", "demo", "--out", kept)).Code);
        await _server.StopAsync();
        Assert.Equal(0, (await VerifyAsync(_server.Data, kept)).Code);

        // Alone, the older copy is consistent: only what was kept elsewhere shows that entries are gone.
        Assert.Equal(0, (await _ledger.RunAsync("verify", "--data", older)).Code);
        CliResult rolledBack = await VerifyAsync(older, kept);
        Assert.Equal(1, rolledBack.Code);
        Assert.Contains("rolled back", rolledBack.Output, StringComparison.Ordinal);
    }

    private Task<CliResult> VerifyAsync(string data, string kept) =>
        _ledger.RunAsync("verify", "--data", data, "--trusted-checkpoint", kept);

    private static void Replace(string file, string old, string fresh)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(old));
        Assert.True(at >= 0, $"{file} does not hold '{old}'");
        Encoding.ASCII.GetBytes(fresh).CopyTo(bytes, at);
        File.WriteAllBytes(file, bytes);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string below in Directory.GetDirectories(from))
        {
            Copy(below, Path.Combine(to, Path.GetFileName(below)));
        }
    }
}
