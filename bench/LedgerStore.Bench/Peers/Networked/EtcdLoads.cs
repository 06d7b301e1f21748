// Records in etcd: one key for each, in the order of their numbers; a batch is one transaction of 256 puts.
using System.Buffers.Binary;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Bench.Peers.Etcd;
using LedgerStore.Client;
using LedgerStore.Protocol;

namespace LedgerStore.Bench.Peers.Networked;

internal static class EtcdLoads
{
    // One HTTP/2 connection is enough for a few callers; many of them get several, which only helps.
    private const int ConnectionsMax = 4;

    private static long lastKey;

    public static Method<PutRequest, PutResponse> Put { get; } =
        Method("Put", PutRequest.Parser, PutResponse.Parser);

    private static Method<TxnRequest, TxnResponse> Txn { get; } =
        Method("Txn", TxnRequest.Parser, TxnResponse.Parser);

    public static ByteString Key(long number)
    {
        Span<byte> key = stackalloc byte[14];
        "audit/"u8.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key[6..], number);
        return ByteString.CopyFrom(key);
    }

    public static Task<IPeerLoad> SinglesAsync(EtcdPeer server, int callers, PeerRecords records) =>
        OpenAsync(server, callers, 1, (channel, caller, number) => channel.UnaryAsync(Put, new PutRequest
        {
            Key = Key(Interlocked.Increment(ref lastKey)),
            Value = UnsafeByteOperations.UnsafeWrap(records.Single(caller, number)),
        }, default).AsTask());

    public static Task<IPeerLoad> BatchesAsync(EtcdPeer server, int callers, PeerRecords records) =>
        OpenAsync(server, callers, PeerRecords.BatchRecords, async (channel, caller, number) =>
        {
            TxnRequest request = new();
            foreach (byte[] record in records.Batch(caller, number))
            {
                request.Success.Add(new RequestOp
                {
                    RequestPut = new PutRequest
                    {
                        Key = Key(Interlocked.Increment(ref lastKey)),
                        Value = UnsafeByteOperations.UnsafeWrap(record),
                    },
                });
            }

            TxnResponse response = await channel.UnaryAsync(Txn, request, default);
            if (!response.Succeeded)
            {
                throw new PeerException("the transaction did not succeed");
            }
        });

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(
        string name, MessageParser<TRequest> request, MessageParser<TResponse> response)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => new(
        MethodType.Unary, "etcdserverpb.KV", name, MessageMarshaller.Of(request), MessageMarshaller.Of(response));

    private static Task<IPeerLoad> OpenAsync(
        EtcdPeer server, int callers, int recordsPerCall, Func<LedgerChannel, int, long, Task> call)
    {
        LedgerChannel channel = server.Connect(Math.Min(callers, ConnectionsMax));
        return Task.FromResult<IPeerLoad>(new EtcdLoad(channel, recordsPerCall, call));
    }

    private sealed class EtcdLoad(LedgerChannel channel, int recordsPerCall, Func<LedgerChannel, int, long, Task> call)
        : IPeerLoad
    {
        public int RecordsPerCall => recordsPerCall;

        public Task CallAsync(int caller, long number) => call(channel, caller, number);

        public ValueTask DisposeAsync()
        {
            channel.Dispose();
            return default;
        }
    }
}
