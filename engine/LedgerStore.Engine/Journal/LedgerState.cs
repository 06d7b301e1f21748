// What a state.log says about its ledger. Built while a log is read, then handed out and not changed any more.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>The newest of everything in a state.log.</summary>
internal sealed partial class LedgerState
{
    private readonly SortedList<long, SealedRecord> _sealed = [];
    private readonly Dictionary<(string Identity, string Producer), ProducerSnapshot> _producers = [];
    private readonly CheckpointWindow _checkpoints = new();

    /// <summary>Sealed segments, in order.</summary>
    public IList<SealedRecord> Sealed => _sealed.Values;

    /// <summary>Null when nothing of the ledger is in its files yet.</summary>
    public FlushedRecord? Flushed { get; private set; }

    public IReadOnlyCollection<ProducerSnapshot> Producers => _producers.Values;

    /// <summary>The checkpoints that are kept, in the order they were published.</summary>
    public IReadOnlyList<CheckpointRecord> Checkpoints => _checkpoints.Records;

    /// <summary>The smallest checkpoint that is kept and covers this many entries.</summary>
    public CheckpointRecord? FindCheckpoint(long size) => _checkpoints.FindAtLeast(size);

    /// <summary>What a compacted log of this state has, in bytes of the file.</summary>
    public long LiveBytes { get; private set; } = CommittedLogFormat.RecordsOffset;

    /// <summary>Takes the next record of the log.</summary>
    public void Apply(ushort type, ReadOnlySpan<byte> body)
    {
        switch ((StateRecordType)type)
        {
            case StateRecordType.Sealed:
                SealedRecord segment = SealedRecord.Decode(body);
                Count(_sealed.ContainsKey(segment.Segment) ? 0 : body.Length);
                _sealed[segment.Segment] = segment;
                ForgetTier(segment.Segment);
                break;
            case StateRecordType.Flushed:
                Count(Flushed is null ? body.Length : 0);
                Flushed = FlushedRecord.Decode(body);
                break;
            case StateRecordType.Producer:
                Add(ProducerSnapshot.Decode(body));
                break;
            case StateRecordType.Checkpoint:
                Add(CheckpointRecord.Decode(body));
                break;
            case StateRecordType.Tier:
                Add(TierRecord.Decode(body), body.Length);
                break;
            case StateRecordType.Tombstone:
                Add(TombstoneRecord.Decode(body), body.Length);
                break;
            case StateRecordType.Hold:
                Add(HoldRecord.Decode(body), body.Length);
                break;
            case StateRecordType.ExpiryProgress:
                Count(ExpiryProgress is null ? body.Length : 0);
                ExpiryProgress = ExpiryProgressRecord.Decode(body);
                break;
            case StateRecordType.Expiring:
                AddExpiring(AuditRangeRecord.Decode(body));
                break;
            case StateRecordType.Notice:
                AddNotice(AuditRangeRecord.Decode(body));
                break;
            default:
                FormatCheck.That(false, "the type of a record is unknown; use a newer program", 0);
                break;
        }
    }

    /// <summary>Takes a sealed segment that was found without the log.</summary>
    public void Add(in SealedRecord segment) => _sealed[segment.Segment] = segment;

    /// <summary>Every record that a compacted log needs, in an order that reads back to the same state.</summary>
    public void AppendTo(CommittedLog log)
    {
        Span<byte> body = stackalloc byte[SealedRecord.EncodedBytes];
        foreach (SealedRecord segment in _sealed.Values)
        {
            segment.Encode(body);
            log.Append((ushort)StateRecordType.Sealed, body);
        }

        if (Flushed is { } flushed)
        {
            flushed.Encode(body);
            log.Append((ushort)StateRecordType.Flushed, body[..FlushedRecord.EncodedBytes]);
        }

        foreach (ProducerSnapshot producer in _producers.Values)
        {
            log.Append((ushort)StateRecordType.Producer, producer.Encode());
        }

        foreach (CheckpointRecord checkpoint in _checkpoints.Records)
        {
            log.Append((ushort)StateRecordType.Checkpoint, checkpoint.Encode());
        }

        AppendTiersTo(log);
    }

    private static int BodyBytes(ProducerSnapshot producer) =>
        16 + producer.Identity.Length + producer.Producer.Length + (producer.Batches.Length * BatchAnswer.EncodedBytes);

    private static int BodyBytes(CheckpointRecord checkpoint) =>
        sizeof(long) + Proofs.Hash256.Length + checkpoint.Note.Length;

    private void Add(ProducerSnapshot producer)
    {
        // Latin-1 maps every byte to one character: the key is the bytes.
        var key = (System.Text.Encoding.Latin1.GetString(producer.Identity),
            System.Text.Encoding.Latin1.GetString(producer.Producer));
        if (_producers.TryGetValue(key, out ProducerSnapshot? before))
        {
            FormatCheck.That(
                producer.LastSequence >= before.LastSequence, "a producer's sequence goes backwards", 0);
            Uncount(BodyBytes(before));
        }

        _producers[key] = producer;
        Count(BodyBytes(producer));
    }

    private void Add(CheckpointRecord checkpoint)
    {
        if (!_checkpoints.TryAdd(checkpoint, out CheckpointRecord? dropped))
        {
            return;
        }

        Count(BodyBytes(checkpoint));
        if (dropped is not null)
        {
            Uncount(BodyBytes(dropped));
        }
    }

    private void Count(int bodyBytes) => LiveBytes += bodyBytes == 0 ? 0 : CommittedLogFormat.RecordBytes(bodyBytes);

    private void Uncount(int bodyBytes)
    {
        LiveBytes -= CommittedLogFormat.RecordBytes(bodyBytes);
        Invariant.That(LiveBytes >= CommittedLogFormat.RecordsOffset, "live bytes are part of the file");
    }
}
