// Those who are in the way of a good client: callers without rights, strangers without a certificate, followers without
// end, connections that say nothing, names without end. Each is a loop that runs until it is told to stop.
using System.Net.Security;
using System.Net.Sockets;
using Google.Protobuf;
using LedgerStore.Campaigns.Load;
using LedgerStore.Campaigns.Running;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Campaigns.Faults;

/// <summary>Floods against one server.</summary>
internal sealed class Floods(Setting setting)
{
    private const string Spare = "demo";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_held = TimeSpan.FromSeconds(10);

    private long _calls;

    /// <summary>How much was tried in all floods.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    public static IReadOnlyList<string> Kinds { get; } =
        ["denied calls", "handshakes without a certificate", "followers", "silent connections", "new producer names"];

    /// <summary>A flood of a kind, with so many at work at one time.</summary>
    public Task RunAsync(string kind, int workers, CancellationToken end) => Task.WhenAll(
        Enumerable.Range(0, workers).Select(worker => Task.Run(() => LoopAsync(kind, worker, end))));

    private async Task LoopAsync(string kind, int worker, CancellationToken end)
    {
        using LedgerClient client = setting.Connect(kind switch
        {
            "followers" => "reader",
            "denied calls" => "auditor",
            _ => "appender",
        });
        for (int round = 0; !end.IsCancellationRequested; round++)
        {
            Interlocked.Increment(ref _calls);
            try
            {
                await OnceAsync(kind, client, $"flood-{worker}-{round}", end);
            }
            catch (Exception)
            {
                // Refused, closed or cut, as it should be: the good client is who counts.
                await Task.WhenAny(Task.Delay(s_pause, end));
            }
        }
    }

    private Task OnceAsync(string kind, LedgerClient client, string name, CancellationToken end) => kind switch
    {
        "denied calls" => AppendAsync(client, Stage.LedgerName(0), string.Empty, end),
        "new producer names" => AppendAsync(client, Spare, name, end),
        "followers" => FollowAsync(client, end),
        "silent connections" => ConnectAsync(mayShake: false, end),
        _ => ConnectAsync(mayShake: true, end),
    };

    private static async Task AppendAsync(LedgerClient client, string ledger, string producer, CancellationToken end)
    {
        AppendRequest request = new()
        {
            Ledger = ledger,
            Producer = producer,
            FirstSequence = producer.Length > 0 ? 1UL : 0UL,
            Payload = ByteString.CopyFromUtf8("flood"),
        };
        request.Lengths.Add((uint)request.Payload.Length);
        await client.AppendOnceAsync(request, end);
    }

    private static async Task FollowAsync(LedgerClient client, CancellationToken end)
    {
        ReadOptions tail = new() { FromEnd = 1, Follow = true, GiveUpAfter = TimeSpan.FromSeconds(1) };
        await foreach (LedgerEvent next in client.CreateReader(Stage.LedgerName(1)).ReadAsync(tail, end))
        {
            _ = next;
        }
    }

    private async Task ConnectAsync(bool mayShake, CancellationToken end)
    {
        using TcpClient stranger = new();
        await stranger.ConnectAsync(setting.Address.Host, setting.Address.Port, end);
        if (!mayShake)
        {
            await Task.Delay(s_held, end);
            return;
        }

        await using SslStream shaking = new(stranger.GetStream());
        await shaking.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = setting.Address.Host,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true, // a stranger trusts everybody
            },
            end);
        _ = await shaking.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, end);
    }
}
