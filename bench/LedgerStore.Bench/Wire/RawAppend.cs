// A batch of the measurement on its way out, without the client library around it. A stream uses one for all batches.
using System.Buffers;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Bench.Wire;

internal sealed class RawAppend : WireMessage
{
    internal static Method<WireMessage, ReceivedMessage> Method { get; } =
        WireMethods.OnClient(LedgerMethods.AppendStream);

    internal required int[] Lengths { get; init; }

    internal ReadOnlyMemory<byte> Payload { get; set; }

    public override int Length => AppendRequestWriter.LengthOf(Head, Lengths, Payload.Length);

    private static AppendRequestHead Head => new() { Ledger = "demo"u8 };

    public override void WriteTo(IBufferWriter<byte> writer) =>
        AppendRequestWriter.Write(writer, Head, Lengths, Payload.Span);
}
