// What the server does with the bytes of an append request before the engine sees it; each figure is for one record.

using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class MessageBenchmarks
{
    private const int Records = 64;

    private readonly AppendRequestParser _parser = new(recordsMax: 4096);
    private byte[] _bytes = [];

    [GlobalSetup]
    public void Setup()
    {
        AppendRequest request = new()
        {
            Ledger = "payments",
            Producer = "payments-1",
            FirstSequence = 1_000_000,
            ContentType = "application/json",
            Payload = ByteString.CopyFrom(new byte[Records * 256]),
        };
        request.Lengths.AddRange(Enumerable.Repeat(256u, Records));
        _bytes = request.ToByteArray();
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int ParseInPlace()
    {
        _parser.Parse(_bytes);
        return _parser.Lengths.Length;
    }

    [Benchmark(OperationsPerInvoke = Records, Baseline = true)]
    public int ParseToObjects() => AppendRequest.Parser.ParseFrom(_bytes).Lengths.Count;
}
