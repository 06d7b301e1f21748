// Bounds what a client may send before its handshake is complete: each certificate it sends is looked at before it can
// be refused, and how many there are nobody knows before. Afterwards it only passes calls on.
// Owned by its connection; used by one thread at a time.
using System.Buffers;
using System.IO.Pipelines;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Tls;

/// <summary>The incoming bytes of a connection.</summary>
internal sealed class HandshakeReader(PipeReader source, ConnectionCaller caller) : PipeReader
{
    private ReadOnlySequence<byte> _seen;
    private long _consumed;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        caller.IsEstablished ? source.ReadAsync(cancellationToken) : ReadSlowAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        Check();
        bool hasRead = source.TryRead(out result);
        _seen = hasRead ? result.Buffer : default;
        return hasRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!caller.IsEstablished && !_seen.IsEmpty)
        {
            _consumed += _seen.Slice(0, consumed).Length;
            _seen = default;
        }

        source.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => source.CancelPendingRead();

    public override void Complete(Exception? exception = null) => source.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => source.CompleteAsync(exception);

    private async ValueTask<ReadResult> ReadSlowAsync(CancellationToken cancellationToken)
    {
        Check();
        ReadResult result = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        _seen = result.Buffer;
        return result;
    }

    // Before a read, not after it: behind the last message of the handshake a client may have sent its first call.
    private void Check()
    {
        if (!caller.IsEstablished && _consumed > ServerLimits.HandshakeBytes)
        {
            const string what = "the handshake has more bytes than the longest chain of certificates needs";
            caller.Refusal = new CertificateVerdict(null, RefusalReason.HandshakeTooLarge, what);
            throw new IOException(what);
        }
    }
}
