// What those who look after a store use: watch, scrub, review, doctor, bench, key rotation.

using System.Text.Json;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class MonitorTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task Watch_accepts_what_continues_and_ends_at_a_split_view()
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        await _ledger.RunAsync("append", "demo", "one", "two", "--checkpoint");
        string mine = Path.Combine(server.Root, "mine");
        await _ledger.RunAsync("checkpoint", "demo", "--out", mine);
        CliResult good = await _ledger.RunAsync("watch", "demo", "--once", "--compare", mine);
        Assert.True(good.Code == 0, good.ToString());

        // The operator signs another history for somebody else.
        string theirs = Path.Combine(server.Root, "theirs");
        await File.WriteAllBytesAsync(theirs, ForkOf(await File.ReadAllBytesAsync(mine)));
        string evidence = Path.Combine(server.Root, "evidence.json");
        CliResult split = await _ledger.RunAsync(
            "watch", "demo", "--once", "--compare", theirs, "--evidence", evidence);
        Assert.Equal(1, split.Code);
        Assert.StartsWith(
            "NOT VERIFIED: localhost/demo\n  the log signed two different trees of size",
            split.Output[split.Output.IndexOf("NOT", StringComparison.Ordinal)..], StringComparison.Ordinal);
        CliResult proven = await _ledger.RunAsync("verify", "--evidence", evidence);
        Assert.Equal(0, proven.Code);
        Assert.Contains("proven: the log signed things that contradict", proven.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrub_doctor_and_bench_run()
    {
        CliResult scrub = await _ledger.RunAsync("scrub");
        Assert.True(scrub.Code == 0, scrub.ToString());
        Assert.Contains("everything is as it was signed", scrub.Output, StringComparison.Ordinal);

        CliResult doctor = await _ledger.RunAsync("doctor", "--data", server.Root, "--json");
        Assert.True(doctor.Code == 0, doctor.ToString());
        using JsonDocument checks = JsonDocument.Parse(doctor.Output);
        Assert.Contains(
            checks.RootElement.GetProperty("checks").EnumerateArray(),
            check => check.GetProperty("name").GetString() == "server, as reader"
                && check.GetProperty("result").GetString() == "ok");
        Assert.Contains(
            checks.RootElement.GetProperty("checks").EnumerateArray(),
            check => check.GetProperty("name").GetString() == "certificate of the server"
                && check.GetProperty("result").GetString() == "ok"
                && check.GetProperty("detail").GetString()!.EndsWith("days left", StringComparison.Ordinal));
        CliResult away = await _ledger.RunAsync("doctor", "--server", "https://localhost:1");
        Assert.Equal(2, away.Code);

        await _ledger.RunAsync("create", "bench");
        CliResult bench = await _ledger.RunAsync("bench", "bench", "--seconds", "1", "--callers", "4", "--json");
        using JsonDocument figures = JsonDocument.Parse(bench.Output);
        Assert.True(figures.RootElement.GetProperty("records").GetInt32() > 0);
    }

    [Fact]
    public async Task The_access_review_says_when_a_right_was_last_used()
    {
        await _ledger.RunAsync("create", "reviewed");
        await _ledger.RunAsync("read", "reviewed");
        CliResult review = await _ledger.RunAsync(
            "policy", "review", Path.Combine(server.Keys, "policy.yaml"), "reviewed", "--last-used", "--as", "auditor");
        Assert.True(review.Code == 0, review.ToString());
        string[] lines = review.Output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("reviewed: reader may read", StringComparison.Ordinal)
            && line.Contains("last used 20", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("reviewed: auditor may verify", StringComparison.Ordinal)
            && line.EndsWith("no use on record", StringComparison.Ordinal));
    }

    private byte[] ForkOf(byte[] note)
    {
        Checkpoint mine = Checkpoint.Parse(SignedNote.Parse(note).Text);
        using SigningKey store = LogKeyFile.Load(Path.Combine(server.Keys, "signing.pem"));
        using SigningKey key = LedgerKeyDerivation.Derive(store, KeyName.Parse(mine.Origin));
        NoteSigner signer = new(KeyName.Parse(mine.Origin), key);
        return Checkpoint.Sign(mine.Origin, mine.Size, MerkleHash.Leaf("another history"u8), signer).Bytes.ToArray();
    }
}
