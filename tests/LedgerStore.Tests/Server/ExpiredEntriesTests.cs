// `ledger prove` for an entry that has expired: its receipt is valid, and does not hold the entry. Whoever kept the
// entry's bytes verifies them with it. And `ledger verify` of a ledger with expired entries: each needs its tombstone.

using Google.Protobuf.WellKnownTypes;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ExpiredEntriesTests
{
    private const int Size = 300;

    [Fact]
    public async Task A_receipt_of_an_expired_entry_verifies_for_whoever_kept_its_bytes()
    {
        await using RunningServer server = await StartAsync("[\"*\", \"_audit\"]");
        string home = Directory.CreateTempSubdirectory("ledgerstore-prove-").FullName;
        try
        {
            await FillAsync(server);
            LedgerCli ledger = CommandOf(server, home);
            await RunAsync(ledger, "trust", "add", server.Store.GetLedger("demo").VerifierKey!);
            string kept = Path.Combine(home, "kept");
            string before = Path.Combine(home, "before.tlog-proof");
            await RunAsync(ledger, "prove", "demo", "7", "--out", before, "--entry", kept);
            await ExpireAsync(server);

            string receipt = Path.Combine(home, "after.tlog-proof");
            CliResult proven = await RunAsync(ledger, "prove", "demo", "7", "--out", receipt);
            Assert.Contains($"its leaf hash is {MerkleHash.Leaf(File.ReadAllBytes(kept))}", proven.Output,
                StringComparison.Ordinal);
            Assert.Contains("has expired by policy (entry ", proven.Errors, StringComparison.Ordinal);
            await RunAsync(ledger, "verify", "--receipt", receipt, "--entry", kept);
            await RunAsync(ledger, "verify", "--receipt", before);
            CliResult without = await ledger.RunAsync("verify", "--receipt", receipt);
            Assert.Equal(2, without.Code);
            Assert.Contains("--entry FILE", without.Errors, StringComparison.Ordinal);
            await File.WriteAllTextAsync(kept, "another");
            Assert.Equal(1, (await ledger.RunAsync("verify", "--receipt", receipt, "--entry", kept)).Code);
            CliResult bytes = await ledger.RunAsync("prove", "demo", "7", "--out", receipt, "--entry", kept);
            Assert.Equal(2, bytes.Code);
            Assert.Contains("there are no bytes to write", bytes.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Theory]
    [InlineData("[\"*\", \"_audit\"]", 0, "256 expired by policy: their hashes are in the tree, their tombstones")]
    [InlineData("[\"*\"]", 6, "256 expired, as the server says")]
    public async Task Verify_looks_for_the_tombstones_of_what_has_expired(string ledgers, int code, string says)
    {
        await using RunningServer server = await StartAsync(ledgers);
        string home = Directory.CreateTempSubdirectory("ledgerstore-prove-").FullName;
        try
        {
            await FillAsync(server);
            await ExpireAsync(server);
            LedgerCli ledger = CommandOf(server, home);
            await RunAsync(ledger, "trust", "add", server.Store.GetLedger("demo").VerifierKey!);
            CliResult untrusted = await ledger.RunAsync("verify", "demo");
            Assert.Equal(6, untrusted.Code);
            Assert.Contains("no key is trusted for the ledger '_audit'", untrusted.Output, StringComparison.Ordinal);

            await RunAsync(ledger, "trust", "add", server.Store.GetLedger("_audit").VerifierKey!);
            CliResult verified = await ledger.RunAsync("verify", "demo");
            Assert.True(verified.Code == code, verified.ToString());
            Assert.Contains(says, verified.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task Who_may_verify_and_not_read_verifies_the_hashes_of_all_entries()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string home = Directory.CreateTempSubdirectory("ledgerstore-prove-").FullName;
        try
        {
            await FillAsync(server);
            LedgerCli ledger = CommandOf(server, home);
            await RunAsync(ledger, "trust", "add", server.Store.GetLedger("demo").VerifierKey!);
            Assert.Equal(4, (await ledger.RunAsync("verify", "demo")).Code);
            CliResult hashes = await RunAsync(ledger, "verify", "demo", "--hashes");
            Assert.Contains($"{Size} hashes lead to the root", hashes.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    /// <param name="ledgers">Those that the auditor may read.</param>
    private static Task<RunningServer> StartAsync(string ledgers) => RunningServer.StartAsync(
        RunningServer.DefaultPolicy.TrimEnd() + $"\n  - {{ role: read, identities: [auditor], ledgers: {ledgers} }}\n",
        static settings => settings);

    private static async Task FillAsync(RunningServer server)
    {
        await server.Connect("writer").AppendAsync(
            "demo", [.. Enumerable.Range(0, Size).Select(number => $"record {number}")]);
        await server.Store.GetLedger("demo").WaitForCheckpointAsync(Size);
    }

    private static LedgerCli CommandOf(RunningServer server, string home)
    {
        ServerPki.WriteTo(home, "auditor");
        return new LedgerCli(Path.Combine(home, "config.yaml"))
        {
            NoticeAhead = TimeSpan.Zero,
            Environment =
            {
                ["LEDGER_SERVER"] = server.Address.ToString(),
                ["LEDGER_CA"] = Path.Combine(home, "ca.pem"),
                ["LEDGER_CERT"] = Path.Combine(home, "auditor.pem"),
                ["LEDGER_KEY"] = Path.Combine(home, "auditor.key"),
            },
        };
    }

    private static async Task ExpireAsync(RunningServer server)
    {
        LedgerChannel admin = server.Connect("admin");
        await admin.UnaryAsync(LedgerMethods.SetRetention, new SetRetentionRequest
        {
            Ledger = "demo",
            Retention = new Retention { ExpireAfter = new Duration() },
            Reason = "the law",
        });
        using ResponseStream<RetentionProgress> call = admin.ServerStream(
            LedgerMethods.ApplyRetention, new ApplyRetentionRequest { Ledger = "demo" }, default);
        bool hasMoved = false;
        while (await call.Responses.ReadAsync())
        {
            hasMoved |= call.Responses.Current.Move is { FirstIndex: 0 };
        }

        Assert.True(hasMoved, "nothing expired");
    }

    private static async Task<CliResult> RunAsync(LedgerCli ledger, params string[] arguments)
    {
        CliResult result = await ledger.RunAsync(arguments);
        Assert.True(result.Code == 0, $"{string.Join(' ', arguments)}: {result}");
        return result;
    }
}
