// A real server over TLS that speaks the protocol and tells one lie at a time. Its honest answers come from a store in
// memory.
// Owned by one run of the campaign at a time.

using System.Buffers;
using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Server.Grpc;
using LedgerStore.Tests.Grpc;

namespace LedgerStore.Tests.Lies;

internal sealed class LyingServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> called = new();
    private TestServer server = null!;
    private HonestStore honest = new(World.Honest);
    private HonestStore? other;
    private Lie? lie;
    private int met;

    /// <summary>Every method of the protocol.</summary>
    internal static IReadOnlyList<MethodDescriptor> Methods { get; } =
    [
        .. typeof(LedgerMethods).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => property.GetValue(null)).OfType<MethodDescriptor>(),
    ];

    internal Uri Address => server.Address;

    /// <summary>The methods that were called since the lie began.</summary>
    internal IReadOnlyCollection<string> Called => [.. called.Keys];

    /// <summary>How often the lie was told since it began: the answer was another than the honest one.</summary>
    internal int Met => Volatile.Read(ref met);

    /// <summary>A lie was followed by silence: the stream stays open, as an honest one that follows does.</summary>
    internal bool WentSilent { get; private set; }

    /// <summary>Every honest message of every method since the lie began.</summary>
    internal ConcurrentDictionary<(string Method, string Bytes), byte[]> Seen { get; } = new();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    internal static async Task<LyingServer> StartAsync()
    {
        LyingServer lying = new();
        lying.server = await TestServer.StartAsync(isTls: true, (_, grpc) =>
        {
            foreach (MethodDescriptor method in Methods)
            {
                grpc.Raw(method, lying.AnswerAsync, "anybody");
            }
        });
        return lying;
    }

    /// <summary>Begins anew, honest or with a lie.</summary>
    /// <param name="published">What is signed of every ledger.</param>
    internal void Begin(Lie? next, ulong published)
    {
        called.Clear();
        Seen.Clear();
        honest = new HonestStore(World.Honest) { Published = published, Acknowledged = published };
        other = next?.Other?.Invoke();
        lie = next;
        met = 0;
        WentSilent = false;
    }

    private async ValueTask AnswerAsync(RawMessageReader requests, RawMessageWriter responses, ServerCall call)
    {
        string method = call.Method.Name;
        called.AddOrUpdate(method, 1, static (_, count) => count + 1);
        while (await requests.ReadAsync())
        {
            byte[] request = [.. requests.Current.ToArray()];
            Told told = HonestlyTold(honest, method, request);
            foreach (byte[] message in told.Messages)
            {
                Seen.TryAdd((method, Convert.ToHexString(message)), message);
            }

            if (lie is { } now && now.IsAbout(method))
            {
                Told instead = now.Tell(other is null ? told : HonestlyTold(other, method, request));
                bool isLie = !instead.Is(told);
                met += isLie ? 1 : 0;
                WentSilent |= isLie && instead.Ending == Ending.Silence;
                told = instead;
            }

            await SendAsync(told, responses, call);
            if (call.Method.Kind != MethodKind.Duplex)
            {
                return;
            }
        }
    }

    private static async Task SendAsync(Told told, RawMessageWriter responses, ServerCall call)
    {
        await Task.Delay(told.Delay, call.CancellationToken);
        foreach (byte[] message in told.Messages)
        {
            responses.Begin(message.Length);
            responses.Write(message);
            responses.End();
        }

        if (told.Messages.Count > 0)
        {
            await responses.FlushAsync();
        }

        switch (told.Ending)
        {
            case Ending.Silence:
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                break;
            case Ending.Error:
                throw new RpcException(told.Status, "the server does not want to");
            case Ending.Cut:
                call.Context.Abort();
                throw new RpcException(StatusCode.Unavailable, "the connection is gone");
            default:
                break;
        }
    }

    private static Told HonestlyTold(HonestStore store, string method, byte[] request)
    {
        IReadOnlyList<byte[]> messages = [.. store.Answer(method, request).Select(message => message.ToByteArray())];
        bool staysOpen = method == "WatchCheckpoints"
            || (method == "Read" && Protocol.V1.ReadRequest.Parser.ParseFrom(request).Follow);
        return new Told(messages, staysOpen ? Ending.Silence : Ending.Done, StatusCode.Ok);
    }
}
