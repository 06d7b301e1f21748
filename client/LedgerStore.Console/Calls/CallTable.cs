// The page's calls as Grpc.AspNetCore asks for them: each method of the list becomes one endpoint, for POST, and what
// is not on the list has none. Used by one thread at start; handlers run on the thread pool.

using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LedgerStore.WebConsole.Calls;

/// <summary>Registers the calls.</summary>
internal sealed class CallTable(IConsoleCalls calls) : IServiceMethodProvider<CallTable>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<CallTable> context)
    {
        object[] metadata = [new HttpMethodMetadata([HttpMethods.Post])];
        foreach (ConsoleMethod each in ConsoleMethod.All)
        {
            if (each.Method.Type == MethodType.Unary)
            {
                context.AddUnaryMethod(
                    each.Raw, metadata, async (_, request, call) =>
                        await calls.AskAsync(each, request, call).ConfigureAwait(false));
            }
            else
            {
                context.AddServerStreamingMethod(
                    each.Raw, metadata, (_, request, answers, call) =>
                        calls.StreamAsync(each, request, answers, call));
            }
        }
    }
}
