// A ledger in memory behind the real protocol: what the contract says, and whatever faults a test asks for.
// One lock; any thread.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Services;

namespace LedgerStore.Tests.Client;

/// <summary>Where in the life of an append a fault strikes.</summary>
internal enum FaultPoint
{
    BeforeCommit,
    AfterCommit,
    AfterAnswer,
}

internal sealed partial class FakeLedger : IDisposable
{
    internal const string Origin = "ledger.example.org/demo";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, FakeProducer> _producers = [];
    private readonly SigningKey _key = SigningKey.Generate();
    private ulong _clock = 1_700_000_000_000_000;

    internal FakeLedger() => Signer = new NoteSigner(KeyName.Parse(Origin), _key);

    /// <summary>Called at each point of each append on a stream; it may delay, drop the connection or throw.</summary>
    internal Func<FaultPoint, ServerCallContext, ValueTask> Fault { get; set; } = static (_, _) => default;

    internal List<byte[]> Entries { get; } = [];

    internal NoteSigner Signer { get; }

    internal string Vkey => Signer.ToVerifierKey().ToString();

    /// <summary>The leaf hashes; a lying test changes them.</summary>
    internal List<Hash256> Leaves { get; } = [];

    public void Dispose() => _key.Dispose();

    internal void Register(CallBinder grpc) => grpc
        .Unary(LedgerMethods.Append, AppendAsync, "append")
        .Duplex(WireMethods.OnServer(LedgerMethods.AppendStream), AppendStreamAsync, "append")
        .ServerStreaming(s_read, ReadAsync, "read")
        .Unary(LedgerMethods.GetCheckpoint, (request, _) => new(GetCheckpoint(request)), "verify")
        .ServerStreaming(LedgerMethods.WatchCheckpoints, WatchAsync, "verify")
        .Unary(LedgerMethods.GetInclusionProof, (request, _) => new(GetInclusionProof(request)), "verify")
        .Unary(LedgerMethods.GetConsistencyProof, (request, _) => new(GetConsistencyProof(request)), "verify")
        .Unary(LedgerMethods.GetReceipt, (request, _) => new(GetReceipt(request)), "verify")
        .Unary(LedgerMethods.GetLogKeys, (_, _) => new(Keys()), "verify");

    /// <summary>The payloads in the order of the indexes.</summary>
    internal byte[][] Payloads()
    {
        lock (_gate)
        {
            return [.. Entries.Select(entry => EntryView.Parse(entry).Payload.ToArray())];
        }
    }

    /// <summary>Appends as an appender without a producer does.</summary>
    internal void Add(int records, Func<int, byte[]> payload)
    {
        lock (_gate)
        {
            for (int i = 0; i < records; i++)
            {
                AddEntry(new Entry(), payload(i));
            }
        }
    }

    private async ValueTask<AppendResponse> AppendAsync(AppendRequest request, ServerCallContext call)
    {
        await Fault(FaultPoint.BeforeCommit, call);
        AppendRequestParser parser = new(100_000);
        parser.Parse(request.ToByteArray());
        AppendAnswer answer = Commit(parser);
        await Fault(FaultPoint.AfterCommit, call);
        return new AppendResponse
        {
            FirstIndex = answer.FirstIndex,
            Count = answer.Count,
            Duplicate = answer.IsDuplicate,
        };
    }

    private async ValueTask AppendStreamAsync(
        IAsyncStreamReader<ReceivedMessage> requests,
        IServerStreamWriter<WireMessage> responses,
        ServerCallContext call)
    {
        AppendRequestParser parser = new(100_000);
        while (await requests.MoveNext(call.CancellationToken))
        {
            using ReceivedMessage request = requests.Current;
            await Fault(FaultPoint.BeforeCommit, call);
            parser.Parse(request.Bytes);
            AppendAnswer answer = Commit(parser);
            await Fault(FaultPoint.AfterCommit, call);
            await responses.WriteAsync(new AnswerMessage { Answer = answer });
            await Fault(FaultPoint.AfterAnswer, call);
        }
    }

    private AppendAnswer Commit(AppendRequestParser batch)
    {
        lock (_gate)
        {
            byte[] payload = batch.Payload.ToArray();
            int count = batch.Lengths.Length;
            if (batch.Producer.Length == 0)
            {
                return Answer(Store(batch, payload), count, isDuplicate: false);
            }

            if (!_producers.TryGetValue(batch.Producer, out FakeProducer? producer))
            {
                _producers.Add(batch.Producer, producer = new FakeProducer());
            }

            if (producer.FindOrRefuse(batch.FirstSequence, batch.Lengths, payload) is { } before)
            {
                return Answer(before, count, isDuplicate: true);
            }

            ulong first = Store(batch, payload);
            producer.Record(batch.FirstSequence, first, batch.Lengths, payload);
            return Answer(first, count, isDuplicate: false);
        }
    }

    private AppendAnswer Answer(ulong first, int count, bool isDuplicate) => new()
    {
        FirstIndex = first,
        Count = (uint)count,
        ReceivedUnixMicros = _clock,
        IsDuplicate = isDuplicate,
    };

    private ulong Store(AppendRequestParser batch, byte[] payload)
    {
        ulong first = (ulong)Entries.Count;
        int position = 0;
        ulong sequence = batch.FirstSequence;
        foreach (int length in batch.Lengths)
        {
            Entry entry = new()
            {
                Producer = batch.Producer,
                ProducerSequence = sequence == 0 ? 0 : sequence++,
                ContentType = batch.ContentType,
            };
            AddEntry(entry, payload.AsSpan(position, length));
            position += length;
        }

        return first;
    }

    private void AddEntry(Entry with, ReadOnlySpan<byte> payload)
    {
        with.Appender = "tester";
        with.ReceivedUnixMicros = ++_clock;
        with.Payload = ByteString.CopyFrom(payload);
        byte[] entry = with.ToByteArray();
        Entries.Add(entry);
        Leaves.Add(MerkleHash.Leaf(entry));
    }
}

/// <summary>The rules of exactly-once for one producer, in its simplest form.</summary>
internal sealed class FakeProducer
{
    private const int Remembered = 64;

    private readonly List<(ulong Sequence, ulong Index, int[] Lengths, byte[] Payload)> _batches = [];
    private ulong _last;

    /// <summary>The first answer of a batch that was appended before; null: it is the next one.</summary>
    internal ulong? FindOrRefuse(ulong first, ReadOnlySpan<int> lengths, byte[] payload)
    {
        if (first == _last + 1)
        {
            return null;
        }

        if (first > _last)
        {
            throw Refuse(StatusCode.FailedPrecondition, "SEQUENCE_GAP");
        }

        int at = _batches.FindIndex(batch => batch.Sequence == first);
        if (at < 0)
        {
            throw _batches.Count > 0 && first < _batches[0].Sequence
                ? Refuse(StatusCode.AlreadyExists, "SEQUENCE_TOO_OLD")
                : Refuse(StatusCode.FailedPrecondition, "SEQUENCE_CONFLICT");
        }

        return lengths.SequenceEqual(_batches[at].Lengths) && payload.AsSpan().SequenceEqual(_batches[at].Payload)
            ? _batches[at].Index
            : throw Refuse(StatusCode.FailedPrecondition, "SEQUENCE_CONFLICT");
    }

    internal void Record(ulong first, ulong index, ReadOnlySpan<int> lengths, byte[] payload)
    {
        _batches.Add((first, index, lengths.ToArray(), payload));
        _last = first + (ulong)lengths.Length - 1;
        if (_batches.Count > Remembered)
        {
            _batches.RemoveAt(0);
        }
    }

    private RpcException Refuse(StatusCode code, string reason) =>
        RpcException.Because(code, reason, reason, ("expected", $"{_last + 1}"));
}
