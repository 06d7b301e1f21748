// One store, several ledgers, each with a key of its own: how an operator tells the keys and an auditor takes them, and
// that what one ledger signed is never another's.

using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class StoreKeysTests : IDisposable
{
    private readonly SignedDirectory _store = new();
    private readonly LedgerCli _ledger;

    public StoreKeysTests() => _ledger = new LedgerCli(_store.Beside("config.yaml"));

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task All_keys_of_a_store_are_shown_and_taken_in_one_step_each()
    {
        await MakeAsync();
        CliResult shown = await _ledger.RunAsync("key", "show", KeyFile, "--data", _store.Data);
        Assert.True(shown.Code == 0, shown.ToString());
        string[] vkeys = shown.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(
            ["localhost/_audit", "localhost/a", "localhost/b"],
            vkeys.Select(vkey => VerifierKey.Parse(vkey).Name.Text));
        CliResult one = await _ledger.RunAsync("key", "show", KeyFile, "--data", _store.Data, "b");
        Assert.Equal(vkeys[2] + "\n", one.Output);
        CliResult named = await _ledger.RunAsync("key", "show", KeyFile, "--name", "localhost", "_audit", "a", "b");
        Assert.Equal(shown.Output, named.Output);
        Assert.Equal(2, (await _ledger.RunAsync("key", "show", KeyFile, "--data", _store.Data, "c")).Code);
        Assert.Equal(2, (await _ledger.RunAsync("key", "show", KeyFile, "--name", "localhost")).Code);

        CliResult taken = await _ledger.RunWithAsync(
            "# from the operator\n\n" + shown.Output, "trust", "add", "--from", "-");
        Assert.Equal(
            "trusted: localhost/_audit\ntrusted: localhost/a\ntrusted: localhost/b\n"
            + "3 new, 0 trusted already, 0 left out\n",
            taken.Output);
        string file = _store.Beside("vkeys");
        await File.WriteAllTextAsync(file, shown.Output);
        CliResult again = await _ledger.RunAsync("trust", "add", "--from", file);
        Assert.Equal("0 new, 3 trusted already, 0 left out\n", again.Output);
        CliResult verified = await _ledger.RunAsync("verify", "--data", _store.Data);
        Assert.True(verified.Code == 0, verified.ToString());
        Assert.DoesNotContain("no key", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_a_key_that_contradicts_a_trusted_one_changes_nothing()
    {
        await MakeAsync();
        using SigningKey other = SigningKey.Generate();
        string known = LogKeyFile.VerifierKeyOf("localhost/b", other);
        await _ledger.RunAsync("trust", "add", known);
        CliResult shown = await _ledger.RunAsync("key", "show", KeyFile, "--data", _store.Data);
        CliResult refused = await _ledger.RunWithAsync(shown.Output, "trust", "add", "--from", "-");
        Assert.Equal(2, refused.Code);
        Assert.Contains("another key of localhost/b is trusted", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(known + "\n", (await _ledger.RunAsync("trust", "list")).Output);
        Assert.Equal(2, (await _ledger.RunWithAsync("no key\n", "trust", "add", "--from", "-")).Code);

        CliResult some = await _ledger.RunWithAsync(shown.Output, "trust", "add", "--from", "-", "--new-only");
        Assert.Equal(
            "trusted: localhost/_audit\ntrusted: localhost/a\n2 new, 0 trusted already, 1 left out\n", some.Output);
    }

    [Fact]
    public async Task A_receipt_of_one_ledger_is_none_of_another()
    {
        byte[] receipt = await MakeAsync();
        string file = _store.Beside("a.tlog-proof");
        await File.WriteAllBytesAsync(file, receipt);
        foreach (KeyScheme scheme in (KeyScheme[])[KeyScheme.Derived, KeyScheme.Shared])
        {
            string others = LogKeyFile.VerifierKeyOf("localhost/b", _store.Key, scheme);
            CliResult refused = await _ledger.RunAsync("verify", "--receipt", file, "--vkey", others);
            Assert.True(refused.Code == 1, refused.ToString());
        }

        string own = LogKeyFile.VerifierKeyOf("localhost/a", _store.Key);
        CliResult verified = await _ledger.RunAsync("verify", "--receipt", file, "--vkey", own);
        Assert.True(verified.Code == 0, verified.ToString());
    }

    /// <summary>Who has the key of one ledger may sign it, and nothing else: it is tried on no other ledger.</summary>
    [Fact]
    public async Task The_key_of_one_ledger_vouches_for_no_other_in_a_data_directory()
    {
        await MakeAsync();
        string own = LogKeyFile.VerifierKeyOf("localhost/a", _store.Key);
        CliResult result = await _ledger.RunAsync("verify", "--data", _store.Data, "--vkey", own);
        string[] rows = result.Output.Split('\n');
        Assert.Contains(
            "no key", rows.Single(row => row.StartsWith("b ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "no key", rows.Single(row => row.StartsWith("a ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private string KeyFile => _store.Beside("signing.pem");

    /// <summary>Two ledgers, and a receipt of the first, with its entry.</summary>
    private async Task<byte[]> MakeAsync()
    {
        await File.WriteAllBytesAsync(KeyFile, _store.Key.ExportPem());
#pragma warning disable CA1416 // The tests run where the store does.
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        using Store store = _store.Open();
        await SignedDirectory.AppendSigned(store.CreateLedger("b"), 3);
        Ledger ledger = store.CreateLedger("a");
        await SignedDirectory.AppendSigned(ledger, 3);
        Receipt bare = Receipt.Parse(ledger.MakeReceipt(1, 3));
        await foreach (EntrySlice slice in ledger.ReadAsync(1, 2))
        {
            return Receipt.Create(
                1, bare.Proof, SignedNote.Parse(bare.Checkpoint), slice.Entry(0)).Format();
        }

        throw new InvalidOperationException("there is no entry");
    }
}
