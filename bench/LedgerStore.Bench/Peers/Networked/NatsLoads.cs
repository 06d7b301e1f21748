// Records in a JetStream stream. A batch is 256 messages sent at once, each with its own acknowledgement.
using NATS.Client.Core;
using NATS.Client.JetStream;

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
            connections[i] = server.Connect();
            await connections[i].ConnectAsync();
        }

        return new NatsLoad(connections, recordsPerCall, records);
    }

    private sealed class NatsLoad(NatsConnection[] connections, int recordsPerCall, PeerRecords records) : IPeerLoad
    {
        private readonly NatsJSContext[] _streams = [.. connections.Select(each => new NatsJSContext(each))];

        public int RecordsPerCall => recordsPerCall;

        public Task CallAsync(int caller, long number)
        {
            NatsJSContext stream = _streams[caller % _streams.Length];
            return recordsPerCall == 1
                ? SingleAsync(stream, records.Single(caller, number))
                : BatchAsync(stream, records.Batch(caller, number));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (NatsConnection connection in connections)
            {
                await connection.DisposeAsync();
            }
        }

        private static async Task SingleAsync(NatsJSContext stream, byte[] record) =>
            (await stream.PublishAsync(NatsPeer.Subject, record, NatsRawSerializer<byte[]>.Default)).EnsureSuccess();

        private static async Task BatchAsync(NatsJSContext stream, byte[][] batch)
        {
            NatsJSPublishConcurrentFuture[] sent = new NatsJSPublishConcurrentFuture[batch.Length];
            for (int i = 0; i < batch.Length; i++)
            {
                sent[i] = await stream.PublishConcurrentAsync(
                    NatsPeer.Subject, batch[i], NatsRawSerializer<byte[]>.Default);
            }

            foreach (NatsJSPublishConcurrentFuture each in sent)
            {
                await using (each)
                {
                    (await each.GetResponseAsync()).EnsureSuccess();
                }
            }
        }
    }
}
