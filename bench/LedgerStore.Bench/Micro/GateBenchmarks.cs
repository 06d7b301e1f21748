// What the gate costs a batch of 64 records: the lock, order, indexes, producers, the copy into the frame; and the same
// with what is before it and behind it, but for the disk. No other thread wants the lock. Each figure is for one batch.

using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class GateBenchmarks
{
    private const int Records = 64;
    private const int Batches = 64;
    private const int BufferBytes = 4 * 1024 * 1024;

    private readonly RecordPool _records = new(recordBytes: 256, Records);
    private readonly byte[] _producer = "docs-api-1"u8.ToArray();
    private readonly ValueTask<AppendResult>[] _answers = new ValueTask<AppendResult>[Batches];
    private readonly AppendBuffer[] _buffers = [new(BufferBytes), new(BufferBytes)];
    private readonly OperationPool _operations = new();

    // What comes behind the gate is not there, and not asked.
    private readonly OpenLedger _ledger = new(
        new CatalogLedger(new CreatedRecord(1, 0, IsSalted: false, "ledger", "example.org/ledger"), null, null),
        size: 0,
        new ProducerTable(16),
        state: null,
        new SegmentServices(null!, null!, null!, null!, static _ => { }),
        segments: null!,
        appender: null!,
        tail: null!);

    private Gate _gate = null!;
    private Appends _appends = null!;
    private byte[] _built = [];
    private long _nextSequence = 1;
    private long _micros;

    [GlobalSetup]
    public void Setup()
    {
        EntryBuilder builder = new(RandomNumberGenerator.Create());
        _gate = new Gate(
            _buffers,
            lastFrame: 0,
            Backlog.Unbounded,
            () => ++_micros,
            static () => true,
            new Doorbell(),
            new Doorbell());
        _appends = new Appends(_gate, builder, new BatchFingerprint(UInt128.One));
        RecordBatch batch = new() { Appender = "spiffe://example.org/docs"u8, Lengths = _records.Lengths };
        _built = new byte[EntryBuilder.Measure(batch, _records.Batch(0).Length)];
        builder.Build(batch, _records.Batch(0), _built.Length, _built);
    }

    [GlobalCleanup]
    public void Cleanup() => Array.ForEach(_buffers, buffer => buffer.Dispose());

    /// <summary>Entries that are built already; they are copied once more, to where the gate takes them from.</summary>
    [Benchmark(OperationsPerInvoke = Batches)]
    public void Admit()
    {
        for (int i = 0; i < Batches; i++)
        {
            AppendOperation operation = _operations.Take();
            _built.CopyTo(operation.RentBuilt(_built.Length));
            operation.Describe(
                _ledger, Records, hasProducer: false, firstSequence: 0, fingerprint: default, expectedSize: -1,
                chain: null, freesSpace: false);
            _answers[i] = operation.Answer;
            _gate.Admit(operation);
        }

        CompleteAll();
    }

    /// <summary>Limits, fingerprint, entries, gate with a named producer, answer.</summary>
    [Benchmark(OperationsPerInvoke = Batches)]
    public void AppendWithoutDisk()
    {
        for (int i = 0; i < Batches; i++)
        {
            Append(i, out _answers[i]);
        }

        CompleteAll();
    }

    private void Append(int batch, out ValueTask<AppendResult> answer)
    {
        answer = _appends.AppendAsync(
            _ledger,
            new RecordBatch
            {
                Appender = "spiffe://example.org/docs"u8,
                Producer = _producer,
                FirstSequence = _nextSequence,
                ContentType = "application/json"u8,
                Lengths = _records.Lengths,
                Payload = _records.Batch(batch),
            },
            CancellationToken.None);
        _nextSequence += Records;
    }

    // As the sequencer does it for a frame that is durable.
    private void CompleteAll()
    {
        while (_gate.Take() is { } buffer)
        {
            buffer.Operations.ForEach(static operation => operation.Complete());
            _gate.GiveBack(buffer);
        }

        foreach (ValueTask<AppendResult> answer in _answers)
        {
            _ = answer.GetAwaiter().GetResult();
        }
    }
}
