// A real server over TLS that speaks the protocol and tells one lie at a time. Its honest answers come from a store in
// memory.
// Owned by one run of the campaign at a time.

using System.Buffers;
using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;
using LedgerStore.Tests.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Tests.Lies;

internal sealed class LyingServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _called = new();
    private TestServer _server = null!;
    private HonestStore _honest = new(World.Honest);
    private HonestStore? _other;
    private Lie? _lie;
    private int _met;

    /// <summary>Every method of the protocol.</summary>
    internal static IReadOnlyList<IMethod> Methods { get; } =
    [
        .. typeof(LedgerMethods).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => property.GetValue(null)).OfType<IMethod>(),
    ];

    internal Uri Address => _server.Address;

    /// <summary>The methods that were called since the lie began.</summary>
    internal IReadOnlyCollection<string> Called => [.. _called.Keys];

    /// <summary>How often the lie was told since it began: the answer was another than the honest one.</summary>
    internal int Met => Volatile.Read(ref _met);

    /// <summary>A lie was followed by silence: the stream stays open, as an honest one that follows does.</summary>
    internal bool WentSilent { get; private set; }

    /// <summary>Every honest message of every method since the lie began.</summary>
    internal ConcurrentDictionary<(string Method, string Bytes), byte[]> Seen { get; } = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal static async Task<LyingServer> StartAsync()
    {
        LyingServer lying = new();
        lying._server = await TestServer.StartAsync(isTls: true, grpc =>
        {
            foreach (IMethod method in Methods)
            {
                // To the wire every call is a stream in both directions, and a lie is bytes.
                grpc.Duplex(
                    new Method<ReceivedMessage, WireMessage>(
                        MethodType.DuplexStreaming, method.ServiceName, method.Name,
                        ReceivedMessage.Marshaller, WireMessage.Marshaller),
                    (requests, responses, call) => lying.AnswerAsync(method, requests, responses, call),
                    "anybody");
            }
        },
        app => app.MapGet("/{ledger}/tile/{**rest}", lying.AnswerTileAsync));
        return lying;
    }

    /// <summary>Begins anew, honest or with a lie.</summary>
    /// <param name="published">What is signed of every ledger.</param>
    internal void Begin(Lie? next, ulong published)
    {
        _called.Clear();
        Seen.Clear();
        _honest = new HonestStore(World.Honest) { Published = published, Acknowledged = published };
        _other = next?.Other?.Invoke();
        _lie = next;
        _met = 0;
        WentSilent = false;
    }

    private async ValueTask AnswerAsync(
        IMethod asked,
        IAsyncStreamReader<ReceivedMessage> requests,
        IServerStreamWriter<WireMessage> responses,
        ServerCallContext call)
    {
        while (await requests.MoveNext(call.CancellationToken))
        {
            await SendAsync(Answer(asked.Name, requests.Current.Bytes.ToArray()), responses, call);
            if (asked.Type != MethodType.DuplexStreaming)
            {
                return;
            }
        }
    }

    /// <summary>The honest answer, or the lie in its place.</summary>
    private Told Answer(string method, byte[] request)
    {
        _called.AddOrUpdate(method, 1, static (_, count) => count + 1);
        Told told = HonestlyTold(_honest, method, request);
        foreach (byte[] message in told.Messages)
        {
            Seen.TryAdd((method, Convert.ToHexString(message)), message);
        }

        if (_lie is not { } now || !now.IsAbout(method))
        {
            return told;
        }

        Told instead = now.Tell(_other is null ? told : HonestlyTold(_other, method, request));
        bool isLie = !instead.Is(told);
        _met += isLie ? 1 : 0;
        WentSilent |= isLie && instead.Ending == Ending.Silence;
        return instead;
    }

    private async Task AnswerTileAsync(HttpContext context)
    {
        Told told = Answer(TileLies.Method, System.Text.Encoding.UTF8.GetBytes(context.Request.Path.Value![1..]));
        await Task.Delay(told.Delay, context.RequestAborted);
        switch (told.Ending)
        {
            case Ending.Silence:
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case Ending.Cut:
                context.Abort();
                break;
            case Ending.Error:
                context.Response.StatusCode = told.Status switch
                {
                    StatusCode.NotFound => StatusCodes.Status404NotFound,
                    StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
                    _ => StatusCodes.Status503ServiceUnavailable,
                };
                break;
            default:
                foreach (byte[] bytes in told.Messages)
                {
                    await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                }

                break;
        }
    }

    private static async Task SendAsync(
        Told told, IServerStreamWriter<WireMessage> responses, ServerCallContext call)
    {
        await Task.Delay(told.Delay, call.CancellationToken);
        foreach (byte[] message in told.Messages)
        {
            await responses.WriteAsync(ReceivedMessage.Copy(new ReadOnlySequence<byte>(message)));
        }

        switch (told.Ending)
        {
            case Ending.Silence:
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                break;
            case Ending.Error:
                throw RpcException.Of(told.Status, "the server does not want to");
            case Ending.Cut:
                call.GetHttpContext().Abort();
                throw RpcException.Of(StatusCode.Unavailable, "the connection is gone");
            default:
                break;
        }
    }

    private static Told HonestlyTold(HonestStore store, string method, byte[] request)
    {
        if (method == TileLies.Method)
        {
            byte[]? tile = store.Tile(System.Text.Encoding.UTF8.GetString(request));
            return tile is null
                ? new Told([], Ending.Error, StatusCode.NotFound)
                : new Told([tile], Ending.Done, StatusCode.OK);
        }

        IReadOnlyList<byte[]> messages = [.. store.Answer(method, request).Select(message => message.ToByteArray())];
        bool staysOpen = method == "WatchCheckpoints"
            || (method == "Read" && Protocol.V1.ReadRequest.Parser.ParseFrom(request).Follow);
        return new Told(messages, staysOpen ? Ending.Silence : Ending.Done, StatusCode.OK);
    }
}
