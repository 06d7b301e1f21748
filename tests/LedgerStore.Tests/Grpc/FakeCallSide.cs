// A call without a transport: the reader reads what the test put into its pipe.

using System.IO.Pipelines;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Tests.Grpc;

internal sealed class FakeCallSide : CallSide
{
    private readonly CancellationTokenSource source = new();

    public override CancellationToken CancellationToken => source.Token;

    internal PipeReader Reader { get; init; } = PipeReader.Create(Stream.Null);

    internal bool Gzip { get; init; }

    internal int BytesMax { get; init; } = MessageLimits.ReceiveBytesMax;

    internal int Ended { get; private set; }

    internal override int ReceiveBytesMax => BytesMax;

    internal override int SendBytesMax => BytesMax;

    internal override bool IsPeerGzip => Gzip;

    internal override ValueTask<PipeReader> OpenReaderAsync() => new(Reader);

    internal override bool StartWriting() => Gzip;

    internal override void ReaderEnded() => Ended++;

    internal override Exception Translate(Exception error) => error;

    internal override Exception TranslateWrite(Exception error) => error;

    internal void Cancel() => source.Cancel();
}
