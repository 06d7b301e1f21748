// The answer to an append on its way out: the value, in the form that gRPC sends. A stream uses one for all answers.
// Owned by its call.
using System.Buffers;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Server.Services;

/// <summary>An answer that writes itself.</summary>
internal sealed class AnswerMessage : WireMessage
{
    public AppendAnswer Answer { get; set; }

    public override int Length => Answer.Length;

    public override void WriteTo(IBufferWriter<byte> writer) => Answer.WriteTo(writer);
}
