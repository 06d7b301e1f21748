// What an honest server answers to each method of the protocol. One for each command that is run: what is appended and
// held belongs to it.
// One lock; any thread.

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using TilePath = LedgerStore.Proofs.TilePath;

namespace LedgerStore.Tests.Lies;

internal sealed class HonestStore(World world)
{
    private static readonly Timestamp s_created = Timestamp.FromDateTimeOffset(World.TimeOf(0));

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ulong> _published = [];

    /// <summary>What is signed of every ledger at the start.</summary>
    internal ulong Published { get; init; } = World.Published;

    /// <summary>What is acknowledged and served: signed, unless checkpoints stand still.</summary>
    internal ulong Acknowledged { get; init; } = World.Published;

    /// <summary>The answer to a request: one message, or those of a stream.</summary>
    /// <exception cref="RpcException">The server refuses.</exception>
    internal IReadOnlyList<IMessage> Answer(string method, ReadOnlyMemory<byte> request)
    {
        lock (_gate)
        {
            ReadOnlySpan<byte> bytes = request.Span;
            return method switch
            {
                "Append" or "AppendStream" => [Append(AppendRequest.Parser.ParseFrom(bytes))],
                "Read" => Read(ReadRequest.Parser.ParseFrom(bytes)),
                "GetCheckpoint" => [GetCheckpoint(GetCheckpointRequest.Parser.ParseFrom(bytes))],
                "WatchCheckpoints" => Watch(WatchCheckpointsRequest.Parser.ParseFrom(bytes)),
                "GetInclusionProof" => [Prove(GetInclusionProofRequest.Parser.ParseFrom(bytes))],
                "GetConsistencyProof" => [Prove(GetConsistencyProofRequest.Parser.ParseFrom(bytes))],
                "GetReceipt" => [GetReceipt(GetReceiptRequest.Parser.ParseFrom(bytes))],
                "GetLogKeys" => [Find(GetLogKeysRequest.Parser.ParseFrom(bytes).Ledger).LogKeys()],
                "ListLedgers" => [List(ListLedgersRequest.Parser.ParseFrom(bytes))],
                "DescribeLedger" => [Describe(DescribeLedgerRequest.Parser.ParseFrom(bytes).Ledger)],
                "GetFields" => [HonestSearch.FieldsOf(GetFieldsRequest.Parser.ParseFrom(bytes).Ledger)],
                "Search" => Search(SearchRequest.Parser.ParseFrom(bytes)),
                _ => HonestAdmin.Answer(this, method, bytes),
            };
        }
    }

    /// <summary>The tile at a path that begins with the ledger's name; null: there is none.</summary>
    internal byte[]? Tile(string path)
    {
        lock (_gate)
        {
            string name = path[..path.IndexOf('/')];
            TilePath tile = TilePath.Parse(path[(name.Length + 1)..]);
            return tile.Width <= TilePath.WidthIn(SizeOf(name), tile.Level, tile.Index)
                ? Find(name).Tile(tile)
                : null;
        }
    }

    internal LedgerInfo Describe(string name)
    {
        HonestLedger ledger = Find(name);
        return Fill(new LedgerInfo
        {
            Ledger = name,
            Origin = ledger.Origin,
            Vkeys = { ledger.Vkeys },
            Size = Math.Max(ledger.Base + Acknowledged, SizeOf(name)),
            CheckpointedSize = SizeOf(name),
            FirstReadable = ledger.Expired,
        });
    }

    /// <summary>Every field that a ledger's description has.</summary>
    internal static LedgerInfo Fill(LedgerInfo info)
    {
        info.Created = s_created;
        info.State = State.Serving;
        info.Salted = true;
        info.Retention = HonestAdmin.Retention();
        info.Holds.Add(HonestAdmin.HoldOf(info.Ledger, "hold-1", isReleased: false));
        info.Holds.Add(HonestAdmin.HoldOf(info.Ledger, "hold-2", isReleased: true));
        info.Tiers.Add(HonestAdmin.Tier("hot"));
        info.Tiers.Add(HonestAdmin.Tier("warm"));
        return info;
    }

    private AppendResponse Append(AppendRequest request)
    {
        HonestLedger ledger = Find(request.Ledger);
        if (request.Producer.Length > 0 && request.FirstSequence > 1_000)
        {
            throw RpcException.Because(
                StatusCode.FailedPrecondition, "SEQUENCE_GAP", "a gap", ("expected", "1"));
        }

        ulong first = SizeOf(request.Ledger);
        ulong end = first + (ulong)request.Lengths.Count;
        _published[request.Ledger] = end;
        return new AppendResponse
        {
            FirstIndex = first,
            Count = (uint)request.Lengths.Count,
            Received = Timestamp.FromDateTimeOffset(World.TimeOf(first)),
            Checkpoint = request.Ack == Ack.Checkpointed
                ? ByteString.CopyFrom(ledger.Sign(Math.Min(end, ledger.Size)))
                : ByteString.Empty,
        };
    }

    private IReadOnlyList<IMessage> Read(ReadRequest request)
    {
        HonestLedger ledger = Find(request.Ledger);
        ulong size = Math.Max(ledger.Base + Acknowledged, SizeOf(request.Ledger));
        ulong first = request.FromCase switch
        {
            ReadRequest.FromOneofCase.Index => request.Index,
            ReadRequest.FromOneofCase.FromEnd => size - Math.Min(size, request.FromEnd),
            ReadRequest.FromOneofCase.Time => FirstAt(ledger, request.Time, size),
            _ => 0,
        };
        ulong end = request.Limit == 0 ? size : Math.Min(size, first + Math.Min(size, request.Limit));
        if (!request.Follow)
        {
            return [.. ledger.Read(first, end)];
        }

        // Caught up, then what is new, which is signed by then; the stream stays open.
        _published[request.Ledger] = ledger.Size;
        return
        [
            .. ledger.Read(first, size),
            new ReadResponse { CaughtUp = new CaughtUp { Size = size } },
            new ReadResponse { Heartbeat = new Heartbeat { Size = size, Time = s_created } },
            .. ledger.Read(size, ledger.Size),
        ];
    }

    private IReadOnlyList<IMessage> Search(SearchRequest request) =>
        request.Size <= Find(request.Ledger).Size && request.End <= request.Size
            ? HonestSearch.Answer(world, request)
            : throw RpcException.Because(StatusCode.InvalidArgument, "INVALID_ARGUMENT", "there is no such range");

    private static ulong FirstAt(HonestLedger ledger, Timestamp time, ulong size)
    {
        ulong micros = (ulong)(time.ToDateTimeOffset() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        ulong index = 0;
        while (index < size && EntryView.Parse(ledger.Entries[(int)index]).ReceivedUnixMicros < micros)
        {
            index++;
        }

        return index;
    }

    private Checkpoint GetCheckpoint(GetCheckpointRequest request)
    {
        ulong newest = SizeOf(request.Ledger);
        ulong size = request.Size == 0 ? newest : request.Size;
        return size <= newest
            ? Find(request.Ledger).CheckpointOf(size)
            : throw RpcException.Because(StatusCode.NotFound, "NO_CHECKPOINT", "there is none of that size yet");
    }

    // Three, the last of them all that the ledger has; the stream stays open.
    private IReadOnlyList<IMessage> Watch(WatchCheckpointsRequest request)
    {
        HonestLedger ledger = Find(request.Ledger);
        ulong newest = SizeOf(request.Ledger);
        _published[request.Ledger] = ledger.Size;
        return [ledger.CheckpointOf(newest), ledger.CheckpointOf(ledger.Size - 1), ledger.CheckpointOf(ledger.Size)];
    }

    private InclusionProof Prove(GetInclusionProofRequest request) =>
        request.Index < request.Size && request.Size <= Find(request.Ledger).Size
            ? Find(request.Ledger).ProveInclusion(request.Index, request.Size)
            : throw RpcException.Because(StatusCode.InvalidArgument, "INVALID_ARGUMENT", "there is no such tree");

    private ConsistencyProof Prove(GetConsistencyProofRequest request) =>
        request.From > 0 && request.From <= request.To && request.To <= Find(request.Ledger).Size
            ? Find(request.Ledger).ProveConsistency(request.From, request.To)
            : throw RpcException.Because(StatusCode.InvalidArgument, "INVALID_ARGUMENT", "there are no such trees");

    private Receipt GetReceipt(GetReceiptRequest request) => request.Index < SizeOf(request.Ledger)
        ? Find(request.Ledger).ReceiptOf(request.Index, SizeOf(request.Ledger))
        : throw RpcException.Because(StatusCode.OutOfRange, "NO_SUCH_ENTRY", "there is no such entry");

    private ListLedgersResponse List(ListLedgersRequest request)
    {
        // Two pages.
        string[] names = [.. world.Ledgers.Keys.Order(StringComparer.Ordinal)
            .Where(name => name.StartsWith(request.Prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(name, request.PageToken) > 0)];
        return new ListLedgersResponse
        {
            Ledgers = { names.Take(3).Select(Describe) },
            NextPageToken = names.Length > 3 ? names[2] : string.Empty,
        };
    }

    private HonestLedger Find(string name) => world.Ledgers.TryGetValue(name, out HonestLedger? ledger)
        ? ledger
        : throw RpcException.Because(StatusCode.NotFound, "LEDGER_NOT_FOUND", $"there is no ledger {name}");

    private ulong SizeOf(string name) =>
        Math.Min(_published.GetValueOrDefault(name, Find(name).Base + Published), Find(name).Size);
}
