// From the page to a server and back: the same call with the same bytes, over the reader's own connection (mutual TLS).
// Deadlines and cancellation go that way, statuses with their details come back. Any thread.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;

namespace LedgerStore.WebConsole.Calls;

/// <summary>Asks a server.</summary>
/// <param name="clients">The connection with the certificate for a capability; null: the reader has none.</param>
/// <param name="time">The clock of deadlines.</param>
internal sealed class Forwarder(Func<ConsoleNeed, LedgerClient?> clients, TimeProvider time) : IConsoleCalls
{
    // What gRPC and HTTP say for themselves, once for each connection.
    private static readonly string[] s_ofTheConnection =
        ["content-type", "content-length", "date", "server", "grpc-status", "grpc-message", "grpc-encoding"];

    public async Task<byte[]> AskAsync(ConsoleMethod method, byte[] request, ServerCallContext call)
    {
        try
        {
            return await AskAsAsync(method, request, call).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw Passed(error);
        }
        catch (OperationCanceledException ended)
        {
            throw RpcException.Of(StatusCode.Cancelled, ended.Message).CausedBy(ended);
        }
    }

    public async Task StreamAsync(
        ConsoleMethod method, byte[] request, IServerStreamWriter<byte[]> answers, ServerCallContext call)
    {
        try
        {
            using ResponseStream<byte[]> stream = Connected(method.Need).Channel.ServerStream(
                method.Raw, request, LimitsOf(call));

            // The browser is told that the call is under way: a tail may have nothing to say for long.
            await call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
            while (await stream.ReadAsync().ConfigureAwait(false))
            {
                // Waits while the browser does not read; then the server's stream waits too.
                await answers.WriteAsync(stream.Current, call.CancellationToken).ConfigureAwait(false);
            }
        }
        catch (RpcException error)
        {
            throw Passed(error);
        }
        catch (OperationCanceledException ended)
        {
            throw RpcException.Of(StatusCode.Cancelled, ended.Message).CausedBy(ended);
        }
    }

    // Holds, retention and tiers are told to the administrator only; who reads and does not administer asks as reader.
    private async Task<byte[]> AskAsAsync(ConsoleMethod method, byte[] request, ServerCallContext call)
    {
        if (method.More is { } more && clients(more) is { } other && other != clients(method.Need))
        {
            try
            {
                return await other.Channel.UnaryAsync(method.Raw, request, LimitsOf(call)).ConfigureAwait(false);
            }
            catch (RpcException denied) when (denied.StatusCode == StatusCode.PermissionDenied)
            {
                // Not on this ledger.
            }
        }

        return await Connected(method.Need).Channel.UnaryAsync(method.Raw, request, LimitsOf(call))
            .ConfigureAwait(false);
    }

    private LedgerClient Connected(ConsoleNeed need) => clients(need) ?? throw RpcException.Because(
        StatusCode.PermissionDenied,
        "NO_CLIENT",
        $"the profile names no client that may {need.ToString().ToLowerInvariant()}: `ledger console` needs its name "
        + $"there, as '{need.ToString().ToLowerInvariant()}: NAME', or --as NAME");

    private CallLimits LimitsOf(ServerCallContext call) => new()
    {
        Timeout = call.Deadline == DateTime.MaxValue
            ? null
            : Max(call.Deadline - time.GetUtcNow().UtcDateTime, TimeSpan.FromMilliseconds(1)),
        CancellationToken = call.CancellationToken,
    };

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static RpcException Passed(RpcException error)
    {
        Metadata trailers = [];
        foreach (Metadata.Entry entry in error.Trailers)
        {
            if (!s_ofTheConnection.Contains(entry.Key, StringComparer.Ordinal))
            {
                trailers.Add(entry);
            }
        }

        return new RpcException(new Status(error.StatusCode, error.Status.Detail), trailers);
    }
}
