// Where nothing was checked, or nobody got the answer, nothing is called verified: an empty store, a part behind the
// end, two keys of one log, an output that cannot be written, a pipe in the place of a checkpoint.

using System.Diagnostics;
using System.Text;
using LedgerStore.Cli;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Tamper;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class NothingCheckedTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task A_store_without_ledgers_is_not_verified_for_who_trusts_no_key()
    {
        using SignedDirectory directory = new();
        using (Store store = directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 3);
        }

        // All that somebody took away, and a catalog that agrees.
        UInt128 id = StoreFileAccess.Load(new LinuxFileSystem(), new StorePaths(directory.Data)).StoreId;
        CommittedLogIdentity catalog = new(CommittedLogKind.Catalog, id, 0);
        LogEditor.Rewrite(Path.Combine(directory.Data, "catalog"), catalog, static (_, _) => []);
        File.Delete(Path.Combine(directory.Data, "keys"));
        foreach (string name in new[] { "ledgers", "journal" })
        {
            Directory.Delete(Path.Combine(directory.Data, name), recursive: true);
            Directory.CreateDirectory(Path.Combine(directory.Data, name));
        }

        LedgerCli stranger = new(directory.Beside("config.yaml"));
        CliResult found = await stranger.RunAsync("verify", "--data", directory.Data);
        Assert.True(found.Code == 6, found.ToString());
        Assert.StartsWith("NOT WHOLLY CHECKED: ", found.Output, StringComparison.Ordinal);
        Assert.Contains("_audit does not say who the store is", found.Errors, StringComparison.Ordinal);
        CliResult json = await stranger.RunAsync("verify", "--data", directory.Data, "--json");
        Assert.Contains("\"recorded\": false", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_keys_of_one_log_it_is_not_guessed_which_is_trusted()
    {
        using SignedDirectory directory = new();
        string vkey;
        using (Store store = directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 3);
            vkey = store.GetLedger("payments").VerifierKey!;
        }

        using SigningKey key = SigningKey.Generate();
        string other = new NoteSigner(KeyName.Parse(vkey[..vkey.IndexOf('+', StringComparison.Ordinal)]), key)
            .ToVerifierKey().ToString();
        CliResult refused = await _ledger.RunAsync(
            "verify", "--data", directory.Data, "--vkey", vkey, "--vkey", other);
        Assert.Equal(2, refused.Code);
        Assert.Contains("several keys of", refused.Errors, StringComparison.Ordinal);
        CliResult twice = await _ledger.RunAsync("verify", "--data", directory.Data, "--vkey", vkey, "--vkey", vkey);
        Assert.True(twice.Code == 6, twice.ToString());
    }

    [Fact]
    public async Task A_part_behind_the_end_is_not_verified_and_a_part_is_named()
    {
        await _ledger.RunAsync("append", "demo", "one", "two", "three", "--checkpoint", "--vkey", server.Vkey);
        foreach (string[] how in (string[][])[[], ["--hashes"]])
        {
            CliResult behind = await _ledger.RunAsync(
                ["verify", "demo", "--vkey", server.Vkey, "--from", "1000000", .. how]);
            Assert.True(behind.Code == 2, behind.ToString());
            Assert.Contains("is behind the end of demo", behind.Errors, StringComparison.Ordinal);
            CliResult part = await _ledger.RunAsync(
                ["verify", "demo", "--vkey", server.Vkey, "--from", "2", .. how]);
            Assert.True(part.Code == 0, part.ToString());
            Assert.Contains("from entry 2 on", part.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_kept_checkpoint_is_not_waited_for()
    {
        await _ledger.RunAsync("append", "demo", "one", "--checkpoint", "--vkey", server.Vkey);
        string pipe = Path.Combine(server.Root, "kept.pipe");
        using (Process mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync();
        }

        foreach (string[] line in (string[][])
            [["verify", "demo", "--trusted-checkpoint", pipe], ["watch", "demo", "--once", "--compare", pipe]])
        {
            CliResult refused = await _ledger.RunAsync([.. line, "--vkey", server.Vkey])
                .WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(refused.Code == 2, refused.ToString());
            Assert.Contains("it is a pipe", refused.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_answer_that_could_not_be_written_is_no_success()
    {
        using MemoryStream input = new();
        using MemoryStream errors = new();
        int code;
        using (FullDisk output = new())
        using (CliHost host = new(input, output, errors, _ledger.Environment.GetValueOrDefault))
        {
            code = await LedgerCommand.RunAsync(["trust", "--help"], host);
        }

        Assert.Equal(2, code);
        using (FullDisk nowhere = new())
        using (CliHost host = new(input, nowhere, nowhere, _ledger.Environment.GetValueOrDefault))
        {
            Assert.Equal(2, await LedgerCommand.RunAsync(["trust", "--help"], host));
            Assert.Equal(2, await LedgerCommand.RunAsync(["verify", "--data", "nosuch"], host));
        }

        Assert.Contains(
            "could not be written to standard output: full", Encoding.UTF8.GetString(errors.ToArray()),
            StringComparison.Ordinal);
    }

    /// <summary>As /dev/full.</summary>
    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("full");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("full");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new IOException("full");

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("full");
    }
}
