// What `ledger verify` calls verified: only what was named, only against a key that came out of band, and all of it.

using System.Runtime.Versioning;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Cli;

[SupportedOSPlatform("linux")]
public sealed class VerdictTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task A_bundle_in_a_data_directory_changes_nothing()
    {
        using SignedDirectory directory = new();
        using (Store store = directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 300);
        }

        string bundle = await ExportAsync("planted");
        foreach (string file in Directory.GetFiles(bundle))
        {
            File.Copy(file, Path.Combine(directory.Data, Path.GetFileName(file)));
        }

        Directory.Move(Path.Combine(bundle, "receipts"), Path.Combine(directory.Data, "receipts"));
        string[] keys;
        using (Store store = directory.Open())
        {
            keys =
            [
                "--vkey", store.GetLedger("payments").VerifierKey!, "--vkey", store.GetLedger("_audit").VerifierKey!,
            ];
        }

        CliResult whole = await _ledger.RunAsync(["verify", "--data", directory.Data, .. keys]);
        Assert.True(whole.Code == 0, whole.ToString());
        string segment = Directory.GetFiles(directory.Data, "*.seg", SearchOption.AllDirectories).Order().Last();
        File.SetUnixFileMode(segment, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        CliResult changed = await _ledger.RunAsync(["verify", "--data", directory.Data, .. keys]);
        Assert.Equal(1, changed.Code);
        CliResult noData = await _ledger.RunAsync(["verify", "--data", bundle, .. keys]);
        Assert.Equal(2, noData.Code);
    }

    [Fact]
    public async Task Without_a_key_a_data_directory_is_not_wholly_checked()
    {
        using SignedDirectory directory = new();
        using (Store store = directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 30);
        }

        LedgerCli stranger = new(directory.Beside("config.yaml"));
        CliResult found = await stranger.RunAsync("verify", "--data", directory.Data, "--json");
        Assert.Equal(6, found.Code);
        using JsonDocument report = JsonDocument.Parse(found.Output);
        Assert.False(report.RootElement.GetProperty("verified").GetBoolean());
        Assert.Equal("not_wholly_checked", report.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(30 + 3, report.RootElement.GetProperty("unvouched_entries").GetInt64());   // _audit has three
        CliResult text = await stranger.RunAsync("verify", "--data", directory.Data);
        Assert.StartsWith("NOT WHOLLY CHECKED: ", text.Output, StringComparison.Ordinal);
        Assert.Contains("no key is trusted", text.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_log_verifies_nothing()
    {
        string bundle = await ExportAsync("foreign");
        string other = "localhost/other" + server.Vkey[server.Vkey.IndexOf('+', StringComparison.Ordinal)..];
        string receipt = Path.Combine(bundle, "receipts", "000000000002.tlog-proof");
        foreach ((string option, string place) in new[]
        {
            ("--bundle", bundle), ("--receipt", receipt), ("--checkpoint", Path.Combine(bundle, "checkpoint")),
        })
        {
            CliResult good = await _ledger.RunAsync("verify", option, place, "--vkey", server.Vkey);
            Assert.True(good.Code == 0, good.ToString());
            CliResult bad = await _ledger.RunAsync("verify", option, place, "--vkey", other);
            Assert.False(bad.Code == 0, bad.ToString());
        }

        // Nor does another log's checkpoint count as one of this log that was kept.
        using SignedDirectory directory = new();
        string kept = directory.Beside("kept");
        using (Store store = directory.Open())
        {
            Ledger payments = store.CreateLedger("payments");
            await SignedDirectory.AppendSigned(payments, 3);
            await File.WriteAllBytesAsync(
                kept, (await payments.WaitForCheckpointAsync(3, CancellationToken.None)).Note.ToArray());
        }

        CliResult foreign = await _ledger.RunAsync(
            "verify", "--bundle", bundle, "--vkey", server.Vkey, "--trusted-checkpoint", kept);
        Assert.Equal(2, foreign.Code);
        Assert.Contains("payments", foreign.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_is_for_the_entry_that_was_given()
    {
        string bundle = await ExportAsync("of-entry");
        string receipt = Path.Combine(bundle, "receipts", "000000000002.tlog-proof");
        string entry = Path.Combine(bundle, "entry");
        await File.WriteAllBytesAsync(entry, Receipt.Parse(await File.ReadAllBytesAsync(receipt)).Extra.ToArray());
        CliResult good = await _ledger.RunAsync("verify", "--receipt", receipt, "--entry", entry);
        Assert.True(good.Code == 0, good.ToString());
        await File.WriteAllTextAsync(entry, "another");
        CliResult bad = await _ledger.RunAsync("verify", "--receipt", receipt, "--entry", entry);
        Assert.Equal(1, bad.Code);
        Assert.Contains("the entry is not at index 2", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_compared_is_counted()
    {
        string older = await ExportAsync("older");
        string newer = await ExportAsync("newer");
        string kept = Path.Combine(older, "checkpoint");
        CliResult same = await _ledger.RunAsync("verify", "--checkpoint", kept, "--trusted-checkpoint", kept);
        Assert.True(same.Code == 0, same.ToString());
        Assert.StartsWith($"verified: {kept}\n  localhost/demo, size ", same.Output, StringComparison.Ordinal);
        CliResult other = await _ledger.RunAsync("verify", "--bundle", newer, "--trusted-checkpoint", kept);
        Assert.Equal(6, other.Code);
        Assert.Contains("are of another size", other.Output, StringComparison.Ordinal);
        CliResult json = await _ledger.RunAsync("verify", "--bundle", newer, "--trusted-checkpoint", kept, "--json");
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.Equal("not_wholly_checked", report.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(1, report.RootElement.GetProperty("checkpoints_not_compared").GetInt32());
    }

    [Fact]
    public async Task A_receipt_that_no_entry_asked_for_is_noticed()
    {
        string bundle = await ExportAsync("stranger");
        string receipts = Path.Combine(bundle, "receipts");
        await File.WriteAllTextAsync(Path.Combine(receipts, "000000000009.tlog-proof"), "forged");
        CliResult found = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.Equal(1, found.Code);
        Assert.Contains("receipts/000000000009.tlog-proof is of no entry", found.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ViolationKind.Stale)]
    [InlineData(ViolationKind.BadSignature)]
    [InlineData(ViolationKind.UnknownKey)]
    [InlineData(ViolationKind.WrongRotation)]
    [InlineData(ViolationKind.SplitView)]
    [InlineData(ViolationKind.Withheld)]
    [InlineData(ViolationKind.Rollback)]
    [InlineData(ViolationKind.Inconsistent)]
    [InlineData(ViolationKind.WrongInclusion)]
    public async Task What_an_attacker_writes_alone_is_never_success(ViolationKind kind)
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        using SigningKey key = SigningKey.Generate();
        NoteSigner signer = new(KeyName.Parse("localhost/demo"), key);
        byte[] note = Checkpoint.Sign("localhost/demo", 9, MerkleHash.Leaf("x"u8), signer).Bytes.ToArray();
        string file = Path.Combine(server.Root, $"{kind}.json");
        new Evidence
        {
            Kind = kind,
            Origin = "localhost/demo",
            Statement = "fine\r\n\u001b[32mverified: localhost/demo\u202e",
            Observed = DateTimeOffset.UnixEpoch,
            Accepted = note,
            Offered = note,
            Rotations = kind == ViolationKind.WrongRotation ? [note] : [],
            Index = 7,
            Leaf = MerkleHash.Leaf("y"u8),
        }.Save(file);
        CliResult text = await _ledger.RunAsync("verify", "--evidence", file);
        Assert.True(text.Code == 1, text.ToString());
        Assert.StartsWith($"NOT VERIFIED: {file}\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("claims: 'fine\\u000d\\u000a\\u001b[32mverified", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Output, static c => c is '\r' or '\u001b' or '\u202e');
        CliResult json = await _ledger.RunAsync("verify", "--evidence", file, "--json");
        Assert.Equal(1, json.Code);
        Assert.DoesNotContain("\u202e", json.Output, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.False(report.RootElement.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Supported_is_6_and_about_another_entry_is_1()
    {
        string bundle = await ExportAsync("supported");
        string file = Path.Combine(server.Root, "withheld.json");
        new Evidence
        {
            Kind = ViolationKind.Withheld,
            Origin = "localhost/demo",
            Statement = "entry 1 was left out",
            Observed = DateTimeOffset.UnixEpoch,
            Offered = await File.ReadAllBytesAsync(Path.Combine(bundle, "checkpoint")),
            Index = 1,
            Leaf = MerkleHash.Leaf("entry"u8),
        }.Save(file);
        CliResult supported = await _ledger.RunAsync("verify", "--evidence", file);
        Assert.True(supported.Code == 6, supported.ToString());
        Assert.Contains("supported: ask the log", supported.Output, StringComparison.Ordinal);
        string entry = Path.Combine(server.Root, "entry");
        await File.WriteAllTextAsync(entry, "entry");
        Assert.Equal(6, (await _ledger.RunAsync("verify", "--evidence", file, "--entry", entry)).Code);
        await File.WriteAllTextAsync(entry, "another");
        Assert.Equal(1, (await _ledger.RunAsync("verify", "--evidence", file, "--entry", entry)).Code);
    }

    private async Task<string> ExportAsync(string name)
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        await _ledger.RunAsync("append", "demo", "one", "bob", "anna", "four", "--checkpoint");
        string bundle = Path.Combine(server.Root, name);
        CliResult exported = await _ledger.RunAsync("export", "demo", "--from", "1", "-n", "3", "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        return bundle;
    }
}
