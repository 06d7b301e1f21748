// A batch on its way out: written from where its records lie into the transport's buffer. A sender uses one for all its
// batches, one after the other. Owned by the sender's loop.

using System.Buffers;
using System.Text;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Client;

/// <summary>The request of a batch.</summary>
/// <param name="written">Told of each batch that was copied, before it is sent.</param>
internal sealed class OutgoingMessage(string ledger, AppenderOptions options, Action<OutgoingBatch> written)
    : WireMessage
{
    private readonly byte[] _ledger = Encoding.UTF8.GetBytes(ledger);
    private readonly byte[] _producer = Encoding.UTF8.GetBytes(options.Producer ?? string.Empty);
    private readonly byte[] _contentType = Encoding.UTF8.GetBytes(options.ContentType);

    internal OutgoingBatch Batch { get; set; } = new();

    internal ulong FirstSequence { get; set; }

    public override int Length => AppendRequestWriter.LengthOf(Head, Batch.Lengths, Batch.Payload.Length);

    private AppendRequestHead Head => new()
    {
        Ledger = _ledger,
        Producer = _producer,
        FirstSequence = FirstSequence,
        ContentType = _contentType,
        Ack = options.Ack,
    };

    public override void WriteTo(IBufferWriter<byte> writer)
    {
        AppendRequestWriter.Write(writer, Head, Batch.Lengths, Batch.Payload);
        written(Batch);
    }
}
