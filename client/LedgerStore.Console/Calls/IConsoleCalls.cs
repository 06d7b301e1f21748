// Who answers the page: a server, asked with the reader's own certificate, or a data directory. Any thread.

using Grpc.Core;

namespace LedgerStore.WebConsole.Calls;

/// <summary>Answers the calls of <see cref="ConsoleMethod.All"/>.</summary>
/// <remarks>Whatever is thrown reaches the page as a status: a <see cref="RpcException"/> as it is.</remarks>
internal interface IConsoleCalls
{
    /// <summary>One answer.</summary>
    Task<byte[]> AskAsync(ConsoleMethod method, byte[] request, ServerCallContext call);

    /// <summary>A stream of answers, until its end or until the call is cancelled.</summary>
    Task StreamAsync(
        ConsoleMethod method, byte[] request, IServerStreamWriter<byte[]> answers, ServerCallContext call);
}
