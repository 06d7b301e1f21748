// The real intake as a process of its own, in front of a real server process; it can be killed and started again. Owned
// by its test.

using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Tests.Client;

namespace LedgerStore.Tests.Intake;

internal sealed class IntakeProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private readonly int _port;
    private Process? _process;

    private IntakeProcess(int port)
    {
        _port = port;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RunningIntake.Token);
    }

    internal Uri Address => new($"http://127.0.0.1:{_port}/");

    /// <summary>How often it was killed.</summary>
    internal int Kills { get; private set; }

    /// <summary>Seconds that the last refusal asked to wait.</summary>
    internal double LastRetryAfter { get; private set; }

    /// <summary>One source <c>app</c>, over the development server's certificate for appending.</summary>
    internal static async Task<IntakeProcess> StartAsync(
        ServerProcess store, string kind, string source, params string[] more)
    {
        IntakeProcess intake = new(Ports.Free());
        string pki = Path.Combine(Path.GetDirectoryName(store.Profile)!, "pki");
        await File.WriteAllTextAsync(intake.ConfigFile, $$"""
            state: state
            store: { address: "{{store.Address}}", certificate: "{{pki}}/clients/appender.pem",
                     key: "{{pki}}/clients/appender.key", ca: "{{pki}}/ca.pem" }
            {{string.Join('\n', more)}}
            sources:
              app:
                kind: {{kind}}
                ledger: demo
                listen: 127.0.0.1:{{intake._port}}
                auth: { tokens: { tester: "{{RunningIntake.TokenHash}}" } }
                {{source}}

            """);
        await intake.RestartAsync();
        return intake;
    }

    internal string ConfigFile => _folder.File("intake.yaml");

    internal async Task RestartAsync()
    {
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "LedgerStore.Intake.dll"), "serve", "--config", ConfigFile,
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        StringBuilder said = new();
        _process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        string? ready = await _process.StandardOutput.ReadLineAsync();
        if (ready?.StartsWith("ready", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"the intake did not start: {ready} {said}");
        }

        _ = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    internal async Task KillAsync()
    {
        Kills++;
        await EndAsync();
    }

    internal Task<HttpStatusCode> PostAsync(string body) => PostAsync(body, key: null);

    /// <summary>Null: there was no answer.</summary>
    internal async Task<HttpStatusCode?> TryPostAsync(string body, string key)
    {
        try
        {
            return await PostAsync(body, key);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>All records of the ledger, once there are as many.</summary>
    internal static async Task<List<IntakeRecord>> RecordsAsync(ServerProcess store, int atLeast)
    {
        using LedgerClient client = store.Connect("reader");
        List<IntakeRecord> records = [];
        while (true)
        {
            records.Clear();
            await foreach (LedgerEvent next in client.CreateReader("demo").ReadAsync(new ReadOptions { From = 0 }))
            {
                if (next is LedgerEntry entry)
                {
                    records.Add(IntakeRecord.TryRead(entry.Payload.ToArray())!);
                }
            }

            if (records.Count >= atLeast)
            {
                return records;
            }

            await Task.Delay(100);
        }
    }

    internal static int NumberOf(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("n").GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<HttpStatusCode> PostAsync(string body, string? key)
    {
        using StringContent content = new(body);
        if (key is not null)
        {
            content.Headers.Add("Idempotency-Key", key);
        }

        using HttpResponseMessage answer = await _http.PostAsync(Address, content);
        LastRetryAfter = answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0;
        return answer.StatusCode;
    }

    private async Task EndAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _process = null;
    }
}
