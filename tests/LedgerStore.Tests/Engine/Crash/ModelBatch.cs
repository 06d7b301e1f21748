// One append as the model of a simulated store knows it: what was sent, and what became of it.
// Owned by one simulation, on one thread.
using System.Buffers.Binary;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Fields;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>What is known about a batch.</summary>
internal enum BatchFate
{
    /// <summary>No answer yet.</summary>
    Pending,

    /// <summary>Acknowledged, or found after a crash: it must be there for ever.</summary>
    Stored,

    /// <summary>It is certainly not stored.</summary>
    Refused,

    /// <summary>The store failed, or the process ended: only the next start can tell.</summary>
    Unknown,
}

/// <summary>A producer of one ledger, as its own application knows it.</summary>
internal sealed class ModelProducer(string appender, string name)
{
    public byte[] Appender { get; } = Encoding.UTF8.GetBytes(appender);

    public byte[] Name { get; } = Encoding.UTF8.GetBytes(name);

    public ModelProducer CopyWithoutBatches() => new(appender, name);

    /// <summary>Its batches in order, refused ones left out.</summary>
    public List<ModelBatch> Batches { get; } = [];

    public long NextSequence => Batches.Count == 0 ? 1 : Batches[^1].FirstSequence + Batches[^1].Count;
}

/// <summary>A batch, its bytes made from its number.</summary>
internal sealed class ModelBatch
{
    private const int NumberBytes = 8;
    private readonly int[] _offsets;

    public ModelBatch(long number, ModelLedger ledger, ModelProducer? producer, SplitMix random, int records)
    {
        Number = number;
        Ledger = ledger;
        Producer = producer;
        FirstSequence = producer?.NextSequence ?? 0;
        ContentType = random.OneIn(4) ? "text/plain"u8.ToArray() : [];
        Lengths = new int[records];
        int large = random.OneIn(40) ? 1 + random.Below(1500) : 0;
        for (int i = 0; i < records; i++)
        {
            Lengths[i] = NumberBytes + random.Below(24) + (i == 0 ? large : 0);
        }

        Payload = new byte[Lengths.Sum()];
        SplitMix bytes = new((ulong)number);
        bytes.Fill(Payload);
        _offsets = new int[records];
        for (int i = 0, offset = 0; i < records; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(Payload.AsSpan(offset), (number << 12) | (uint)i);
            _offsets[i] = offset;
            offset += Lengths[i];
        }
    }

    private ModelBatch(ModelBatch other, ModelLedger ledger, ModelProducer? producer)
    {
        Number = other.Number;
        Ledger = ledger;
        Producer = producer;
        FirstSequence = other.FirstSequence;
        ContentType = other.ContentType;
        Lengths = other.Lengths;
        Payload = other.Payload;
        _offsets = other._offsets;
        ExpectedSize = other.ExpectedSize;
        Fate = other.Fate;
        FirstIndex = other.FirstIndex;
        ReceivedMicros = other.ReceivedMicros;
    }

    public long Number { get; }

    public ModelLedger Ledger { get; }

    public ModelProducer? Producer { get; }

    public long FirstSequence { get; init; }

    public byte[] ContentType { get; }

    public int[] Lengths { get; }

    public byte[] Payload { get; }

    public int Count => Lengths.Length;

    public long? ExpectedSize { get; init; }

    /// <summary>The batch that this one repeats, to the byte; null for one that is sent the first time.</summary>
    public ModelBatch? RepeatOf { get; init; }

    /// <summary>A wrong batch: refused with this reason, whatever else happens.</summary>
    public StoreReason? MustFail { get; init; }

    public BatchFate Fate { get; set; }

    public long FirstIndex { get; set; }

    public long ReceivedMicros { get; set; }

    public ValueTask<AppendResult> Answer { get; private set; }

    /// <summary>The answer was looked at, which can be done once.</summary>
    public bool IsAnswerTaken { get; private set; }

    /// <summary>The answer that has come.</summary>
    public AppendResult TakeAnswer()
    {
        IsAnswerTaken = true;
        return Answer.GetAwaiter().GetResult();
    }

    public ModelBatch Copy(ModelLedger ledger, ModelProducer? producer) => new(this, ledger, producer);

    public void Send(Appends appends, OpenLedger ledger)
    {
        ModelBatch content = RepeatOf ?? this;
#pragma warning disable CA2012 // It is consumed once: polled first, on the one thread of the simulation.
        Answer = appends.AppendAsync(
            ledger,
            new RecordBatch
            {
                Appender = Producer is null ? default : Producer.Appender,
                Producer = Producer is null ? default : Producer.Name,
                FirstSequence = FirstSequence,
                ContentType = content.ContentType,
                ExpectedSize = ExpectedSize,
                Lengths = content.Lengths,
                Payload = content.Payload,
            },
            CancellationToken.None);
#pragma warning restore CA2012
    }

    /// <summary>Whether an entry is the one that this batch's record must have become.</summary>
    public bool IsEntry(int record, ReadOnlySpan<byte> entry)
    {
        if (!EntryView.TryParse(entry, out EntryView view) || view.ReceivedMicros != ReceivedMicros)
        {
            return false;
        }

        return view.Payload.SequenceEqual(Payload.AsSpan(_offsets[record], Lengths[record]))
            && view.Appender.SequenceEqual(Producer is null ? default : Producer.Appender)
            && view.Producer.SequenceEqual(Producer is null ? default : Producer.Name)
            && view.Sequence == (Producer is null ? 0 : FirstSequence + record)
            && view.ContentType.SequenceEqual(ContentType)
            && view.Salt.Length == (Ledger.IsSalted ? StoreLimits.SaltBytes : 0);
    }

    public override string ToString() =>
        $"batch {Number} of '{Ledger.Name}' ({Count} records"
        + (Producer is null ? ")" : $", {Encoding.UTF8.GetString(Producer.Name)} from {FirstSequence})")
        + (RepeatOf is null ? "" : $" repeating batch {RepeatOf.Number}");
}
