// A receiver of webhooks and heartbeats on a port of this machine, which remembers what it heard. Owned by its test.

using System.Net;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Guard;

internal sealed class Hook : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly HttpListener _listener = new();
    private readonly List<string> _heard = [];
    private readonly Task _listening;

    private Hook(int port)
    {
        Address = $"http://127.0.0.1:{port}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _listening = ListenAsync();
    }

    public string Address { get; }

    public static Hook Listen() => new(Ports.Free());

    public static Hook ListenAt(int port) => new(port);

    /// <summary>How often the heart was heard.</summary>
    public int Beats
    {
        get
        {
            lock (_heard)
            {
                return _heard.Count(static one => one == "beat");
            }
        }
    }

    /// <summary>Waits until something was heard: state, rule and whom it is about; or <c>beat</c>.</summary>
    public async Task HeardAsync(string wanted)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            lock (_heard)
            {
                if (_heard.Contains(wanted))
                {
                    return;
                }

                Assert.True(
                    TimeProvider.System.GetElapsedTime(began) < s_patience,
                    $"'{wanted}' was not heard, but {string.Join(" | ", _heard.Distinct())}");
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _listening;
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext call = await _listener.GetContextAsync();
                using JsonDocument json = await JsonDocument.ParseAsync(call.Request.InputStream);
                lock (_heard)
                {
                    _heard.AddRange(TextsOf(json.RootElement));
                }

                call.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static IEnumerable<string> TextsOf(JsonElement message) =>
        !message.TryGetProperty("alerts", out JsonElement alerts)
            ? ["beat"]
            : [.. alerts.EnumerateArray().Select(static alert =>
            {
                JsonElement labels = alert.GetProperty("labels");
                string whom = labels.TryGetProperty("by_subject", out JsonElement subject) ? subject.GetString()! : "";
                return $"{alert.GetProperty("status")} {labels.GetProperty("alertname")} {whom}".TrimEnd();
            })];
}
