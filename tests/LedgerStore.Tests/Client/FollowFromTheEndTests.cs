// A verified read that begins exactly where the newest checkpoint ends, as whoever watches from now on begins.

using LedgerStore.Client;
using LedgerStore.Tests.Cli;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class FollowFromTheEndTests(DevServer server) : IClassFixture<DevServer>
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(256)]
    public async Task What_comes_behind_the_newest_checkpoint_is_proven(int more)
    {
        LedgerCli ledger = new(server.Profile);
        string[] records = [.. Enumerable.Range(0, more).Select(static i => $"{i}")];
        CliResult appended = await ledger.RunAsync(
            ["append", "demo", "--checkpoint", "--vkey", server.Vkey, .. records]);
        Assert.True(appended.Code == 0, appended.ToString());
        using LedgerClient client = new(new LedgerClientOptions
        {
            Address = new Uri(server.Address),
            CertificateFile = Path.Combine(server.Keys, "pki", "clients", "reader.pem"),
            KeyFile = Path.Combine(server.Keys, "pki", "clients", "reader.key"),
            CaFile = Path.Combine(server.Keys, "pki", "ca.pem"),
        });
        using Verifier verifier = client.CreateVerifier("demo", new VerifierOptions { Vkey = server.Vkey });
        ulong size = (await verifier.UpdateAsync()).Size;
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(2));
        ReadOptions options = new() { From = size, Follow = true };
        Task<CliResult>? late = null;
        await foreach (LedgerEvent next in client.CreateReader("demo").Verified(verifier)
            .ReadAsync(options, timeout.Token))
        {
            if (next is CaughtUp)
            {
                late ??= ledger.RunAsync("append", "demo", "late");
            }
            else if (next is LedgerEntry entry)
            {
                Assert.Equal((size, "late"), (entry.Index, System.Text.Encoding.UTF8.GetString(entry.Payload)));
                break;
            }
        }

        Assert.Equal(0, (await late!).Code);
    }
}
