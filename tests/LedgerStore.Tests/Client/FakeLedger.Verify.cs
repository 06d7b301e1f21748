// The other services of the ledger in memory: reading and proving, with one hook for each lie.
// One lock; any thread.

using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using Checkpoint = LedgerStore.Proofs.Checkpoint;
using ConsistencyProof = LedgerStore.Proofs.ConsistencyProof;
using InclusionProof = LedgerStore.Proofs.InclusionProof;
using Receipt = LedgerStore.Proofs.Receipt;

namespace LedgerStore.Tests.Client;

internal sealed partial class FakeLedger : INodeSource
{
    private const int MessageEntries = 500;

    private static readonly Method<ReadRequest, WireMessage> s_read = new(
        LedgerMethods.Read.Type,
        LedgerMethods.Read.ServiceName,
        LedgerMethods.Read.Name,
        LedgerMethods.Read.RequestMarshaller,
        WireMessage.Marshaller);

    /// <summary>The size that checkpoints are signed for; null: all there is.</summary>
    internal ulong? PublishedSize { get; set; }

    /// <summary>Makes the note of the newest checkpoint something else.</summary>
    internal Func<byte[], byte[]> Note { get; set; } = static note => note;

    /// <summary>Changes entries as they are read.</summary>
    internal Func<ulong, byte[], byte[]> Entry { get; set; } = static (_, entry) => entry;

    /// <summary>Checkpoints of other sizes than the newest are kept.</summary>
    internal bool HasHistory { get; set; } = true;

    /// <summary>Changes inclusion proofs.</summary>
    internal Func<Hash256[], Hash256[]> Proof { get; set; } = static proof => proof;

    /// <summary>Reads by time begin this many entries too late.</summary>
    internal ulong TimeSkip { get; set; }

    /// <summary>Statements that GetLogKeys answers.</summary>
    internal List<byte[]> Rotations { get; } = [];

    /// <summary>Called before each message of a read.</summary>
    internal Func<ulong, ServerCallContext, ValueTask> Reading { get; set; } = static (_, _) => default;

    /// <summary>Ranges that are told as expired instead of their entries: perfect subtrees.</summary>
    internal List<(ulong First, ulong Count)> Expired { get; } = [];

    /// <summary>After the first message, indexes are this much too high: entries were left out.</summary>
    internal ulong Skip { get; set; }

    /// <summary>Makes the messages of every read, without end, instead of the ledger's; it is given their
    /// number.</summary>
    internal Func<int, byte[]>? Flood { get; set; }

    /// <summary>Reads end here, as if there were no more.</summary>
    internal ulong? ReadEnd { get; set; }

    internal ulong Size
    {
        get
        {
            lock (_gate)
            {
                return (ulong)Entries.Count;
            }
        }
    }

    internal byte[] Sign(ulong size) => Sign(size, Signer);

    internal byte[] Sign(ulong size, params ReadOnlySpan<NoteSigner> signers) =>
        Checkpoint.Sign(Origin, size, Root(size), signers).Bytes.ToArray();

    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            int first = (int)nodes[i].FirstLeaf;
            Hash256[] leaves = [.. Leaves.Skip(first).Take(1 << nodes[i].Level)];
            hashes[i] = Sha256Batch.PerfectRoot(leaves, leaves);
        }
    }

    private Hash256 Root(ulong size)
    {
        lock (_gate)
        {
            CompactRange range = new();
            range.Append(Leaves.Take((int)size).ToArray());
            return range.Root();
        }
    }

    private Protocol.V1.Checkpoint GetCheckpoint(GetCheckpointRequest request)
    {
        ulong size = request.Size == 0 || !HasHistory ? PublishedSize ?? Size : request.Size;
        return new() { Note = ByteString.CopyFrom(Note(Sign(size))), Size = size };
    }

    private async ValueTask WatchAsync(
        WatchCheckpointsRequest request, IServerStreamWriter<Protocol.V1.Checkpoint> responses, ServerCallContext call)
    {
        ulong? last = null;
        while (true)
        {
            ulong size = PublishedSize ?? Size;
            if (size != last)
            {
                last = size;
                await responses.WriteAsync(GetCheckpoint(new GetCheckpointRequest()));
            }

            await Task.Delay(5, call.CancellationToken);
        }
    }

    private Protocol.V1.InclusionProof GetInclusionProof(GetInclusionProofRequest request)
    {
        lock (_gate)
        {
            return new()
            {
                Index = request.Index,
                Size = request.Size,
                LeafHash = ByteString.CopyFrom(Leaves[(int)request.Index].ToArray()),
                Hashes = { Bytes(Proof(InclusionProof.Build(request.Index, request.Size, this))) },
            };
        }
    }

    private Protocol.V1.ConsistencyProof GetConsistencyProof(GetConsistencyProofRequest request)
    {
        lock (_gate)
        {
            return new()
            {
                From = request.From,
                To = request.To,
                Hashes = { Bytes(ConsistencyProof.Build(request.From, request.To, this)) },
            };
        }
    }

    private Protocol.V1.Receipt GetReceipt(GetReceiptRequest request)
    {
        ulong size = PublishedSize ?? Size;
        lock (_gate)
        {
            Hash256[] proof = InclusionProof.Build(request.Index, size, this);
            Receipt receipt = Receipt.Create(request.Index, proof, SignedNote.Parse(Sign(size)), default);
            return new() { TlogProof = ByteString.CopyFrom(receipt.Format()) };
        }
    }

    private LogKeys Keys() => new()
    {
        Keys = { Rotations.Select(note => new Protocol.V1.LogKey { Statement = ByteString.CopyFrom(note) }) },
    };

    private static IEnumerable<ByteString> Bytes(Hash256[] hashes) =>
        hashes.Select(hash => ByteString.CopyFrom(hash.ToArray()));

    private async ValueTask ReadAsync(
        ReadRequest request, IServerStreamWriter<WireMessage> responses, ServerCallContext call)
    {
        for (int number = 0; Flood is { } flood; number++)
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            await responses.WriteAsync(Message(flood(number)));
        }

        ulong end() => Math.Min(
            ReadEnd ?? ulong.MaxValue, request.Limit > 0 ? Math.Min(Size, First(request) + request.Limit) : Size);
        ulong stop = request.Limit > 0 ? First(request) + request.Limit : ulong.MaxValue;
        ulong next = First(request);
        bool isLive = false;
        while (next < stop)
        {
            while (next < Math.Min(stop, end()))
            {
                await Reading(next, call);
                (WireMessage one, next) = One(next, Math.Min(stop, end()));
                await responses.WriteAsync(one);
            }

            if (!request.Follow)
            {
                return;
            }

            if (!isLive)
            {
                isLive = true;
                ReadResponse caughtUp = new() { CaughtUp = new CaughtUp { Size = next } };
                await responses.WriteAsync(Message(caughtUp.ToByteArray()));
            }

            await Task.Delay(2, call.CancellationToken);
        }
    }

    private ulong First(ReadRequest request) => request.FromCase switch
    {
        ReadRequest.FromOneofCase.Index => request.Index,
        ReadRequest.FromOneofCase.FromEnd => Size - Math.Min(Size, request.FromEnd),
        ReadRequest.FromOneofCase.Time => FirstAt(request.Time.ToDateTimeOffset()) + TimeSkip,
        _ => 0,
    };

    private ulong FirstAt(DateTimeOffset time)
    {
        ulong micros = (ulong)(time - DateTimeOffset.UnixEpoch).Ticks / 10;
        lock (_gate)
        {
            int index = Entries.FindIndex(entry => EntryView.Parse(entry).ReceivedUnixMicros >= micros);
            return (ulong)(index < 0 ? Entries.Count : index);
        }
    }

    private (WireMessage Message, ulong Next) One(ulong next, ulong end)
    {
        (ulong First, ulong Count) gone = Expired.Find(range => range.First == next);
        if (gone.Count > 0)
        {
            Hash256[] leaves = [.. Leaves.Skip((int)next).Take((int)gone.Count)];
            ReadResponse expired = new()
            {
                Expired = new Expired
                {
                    FirstIndex = next,
                    Count = gone.Count,
                    Root = ByteString.CopyFrom(Sha256Batch.PerfectRoot(leaves, leaves).ToArray()),
                },
            };
            return (Message(expired.ToByteArray()), next + gone.Count);
        }

        ulong count = Math.Min(MessageEntries, end - next);
        foreach ((ulong first, _) in Expired.Where(range => range.First > next))
        {
            count = Math.Min(count, first - next);
        }

        using MemoryStream bundle = new();
        for (ulong index = next; index < next + count; index++)
        {
            byte[] entry = Entry(index, Entries[(int)index]);
            bundle.WriteByte((byte)(entry.Length >> 8));
            bundle.WriteByte((byte)entry.Length);
            bundle.Write(entry);
        }

        ArrayBufferWriter<byte> message = new();
        EntriesMessage.Write(message, next + (next > 0 ? Skip : 0), (uint)count, bundle.ToArray());
        return (Message(message.WrittenSpan.ToArray()), next + count);
    }

    private static ReceivedMessage Message(byte[] bytes) => ReceivedMessage.Copy(new ReadOnlySequence<byte>(bytes));
}
