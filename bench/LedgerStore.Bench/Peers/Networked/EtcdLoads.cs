// Records in etcd: one key for each, in the order of their numbers; a batch is one transaction of 256 puts.
using System.Buffers.Binary;
using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;

namespace LedgerStore.Bench.Peers.Networked;

internal static class EtcdLoads
{
    // One HTTP/2 connection is enough for a few callers; many of them get several, which only helps.
    private const int ConnectionsMax = 4;

    private static long s_lastKey;

    public static ByteString Key(long number)
    {
        Span<byte> key = stackalloc byte[14];
        "audit/"u8.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key[6..], number);
        return ByteString.CopyFrom(key);
    }

    public static Task<IPeerLoad> SinglesAsync(EtcdPeer server, int callers, PeerRecords records) =>
        OpenAsync(server, callers, 1, (client, caller, number) => client.PutAsync(new PutRequest
        {
            Key = Key(Interlocked.Increment(ref s_lastKey)),
            Value = UnsafeByteOperations.UnsafeWrap(records.Single(caller, number)),
        }));

    public static Task<IPeerLoad> BatchesAsync(EtcdPeer server, int callers, PeerRecords records) =>
        OpenAsync(server, callers, PeerRecords.BatchRecords, async (client, caller, number) =>
        {
            TxnRequest request = new();
            foreach (byte[] record in records.Batch(caller, number))
            {
                request.Success.Add(new RequestOp
                {
                    RequestPut = new PutRequest
                    {
                        Key = Key(Interlocked.Increment(ref s_lastKey)),
                        Value = UnsafeByteOperations.UnsafeWrap(record),
                    },
                });
            }

            TxnResponse response = await client.TransactionAsync(request);
            if (!response.Succeeded)
            {
                throw new PeerException("the transaction did not succeed");
            }
        });

    private static Task<IPeerLoad> OpenAsync(
        EtcdPeer server, int callers, int recordsPerCall, Func<EtcdClient, int, long, Task> call)
    {
        EtcdClient[] clients = new EtcdClient[Math.Min(callers, ConnectionsMax)];
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i] = server.Connect();
        }

        return Task.FromResult<IPeerLoad>(new EtcdLoad(clients, recordsPerCall, call));
    }

    private sealed class EtcdLoad(EtcdClient[] clients, int recordsPerCall, Func<EtcdClient, int, long, Task> call)
        : IPeerLoad
    {
        public int RecordsPerCall => recordsPerCall;

        public Task CallAsync(int caller, long number) => call(clients[caller % clients.Length], caller, number);

        public ValueTask DisposeAsync()
        {
            Array.ForEach(clients, client => client.Dispose());
            return default;
        }
    }
}
