// The policy that held when the server last ran is found however much was recorded since.

using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Protocol.Events.V1;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class LastPolicyTests
{
    [Fact]
    public async Task A_policy_that_changed_while_the_server_was_down_is_noticed_behind_a_hundred_thousand_entries()
    {
        RunningServer server = await RunningServer.StartAsync();
        Ledger audit = server.Store.GetLedger("_audit");
        byte[] lifecycle = new Event { Lifecycle = new Lifecycle() }.ToByteArray();
        int[] lengths = [.. Enumerable.Repeat(lifecycle.Length, 16_000)];
        byte[] payload = [.. lengths.SelectMany(_ => lifecycle)];
        for (int batch = 0; batch < 7; batch++)
        {
            await audit.AppendAsync(new RecordBatch { Lengths = lengths, Payload = payload });
        }

        server = await server.RestartAsync(data => File.AppendAllText(
            Path.Combine(Path.GetDirectoryName(data)!, "policy.yaml"), "anonymous_tiles: [\"public.*\"]\n"));
        await using (server)
        {
            PolicyChange change = (await server.ReadAuditAsync(112_000)).Select(each => each.Policy)
                .Last(each => each is not null);
            Assert.True(change.WhileDown);
            Assert.NotEmpty(change.Sha256Before);
        }
    }
}
