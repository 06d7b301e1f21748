// Reader/Read: entries in order, from files and memory, then live. Holes are said, never left out.
// Stateless; each call is a ReadStream of its own.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>The service of the capability <c>read</c>.</summary>
internal static class ReadService
{
    public static async ValueTask ReadAsync(
        ReadRequest request, IServerStreamWriter<WireMessage> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        access.OpenStream(access.MeterOf(request.Ledger));
        await call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        ReadRange range = await ReadRange.OfAsync(request, ledger, call.CancellationToken).ConfigureAwait(false);
        await new ReadStream(ledger, range, responses, call).RunAsync().ConfigureAwait(false);
    }
}
