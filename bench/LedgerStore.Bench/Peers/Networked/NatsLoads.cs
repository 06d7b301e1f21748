// Records in a JetStream stream. A batch is 256 messages sent at once, each with its own acknowledgement.
namespace LedgerStore.Bench.Peers.Networked;

internal static class NatsLoads
{
    // A client multiplexes its callers over a connection; several connections only help.
    private const int ConnectionsMax = 4;

    public static async Task<IPeerLoad> OpenAsync(
        NatsPeer server, int callers, int recordsPerCall, PeerRecords records)
    {
        NatsConnection[] connections = new NatsConnection[Math.Min(callers, ConnectionsMax)];
        for (int i = 0; i < connections.Length; i++)
        {
            connections[i] = await server.ConnectAsync(callers);
        }

        return new NatsLoad(connections, recordsPerCall, records);
    }

    private sealed class NatsLoad(NatsConnection[] connections, int recordsPerCall, PeerRecords records) : IPeerLoad
    {
        public int RecordsPerCall => recordsPerCall;

        public Task CallAsync(int caller, long number) => connections[caller % connections.Length].PublishAsync(
            caller, recordsPerCall == 1 ? [records.Single(caller, number)] : records.Batch(caller, number));

        public ValueTask DisposeAsync()
        {
            Array.ForEach(connections, connection => connection.Dispose());
            return default;
        }
    }
}
