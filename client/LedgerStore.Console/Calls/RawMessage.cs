// Messages that pass through as bytes. Pure; any thread.

using Grpc.Core;

namespace LedgerStore.WebConsole.Calls;

/// <summary>How bytes become bytes.</summary>
internal static class RawMessage
{
    /// <summary>What a request may have; a search with all its clauses is far below.</summary>
    public const int RequestBytesMax = 64 * 1024;

    public static Marshaller<byte[]> Marshaller { get; } = new(
        static (message, context) => context.Complete(message),
        static context => context.PayloadAsNewBuffer());
}
