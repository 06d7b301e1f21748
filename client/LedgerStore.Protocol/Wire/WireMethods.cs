// The hot methods, as each side sees them: what it sends writes itself, what it receives lies in one piece.
// Constants; any thread.

using Grpc.Core;

namespace LedgerStore.Protocol.Wire;

/// <summary>Append, AppendStream and Read without objects for their records.</summary>
internal static class WireMethods
{
    /// <summary>A method as the server has it.</summary>
    internal static Method<ReceivedMessage, WireMessage> OnServer(IMethod method) => new(
        method.Type, method.ServiceName, method.Name, ReceivedMessage.Marshaller, WireMessage.Marshaller);

    /// <summary>A method as the client has it.</summary>
    internal static Method<WireMessage, ReceivedMessage> OnClient(IMethod method) => new(
        method.Type, method.ServiceName, method.Name, WireMessage.Marshaller, ReceivedMessage.Marshaller);
}
