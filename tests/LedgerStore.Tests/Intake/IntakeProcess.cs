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
    private readonly int? _disk;
    private Process? _process;

    private IntakeProcess(int port, int? disk)
    {
        _port = port;
        _disk = disk;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RunningIntake.Token);
    }

    internal Uri Address => new($"http://127.0.0.1:{_port}/");

    /// <summary>How often it was killed.</summary>
    internal int Kills { get; private set; }

    /// <summary>Seconds that the last refusal asked to wait.</summary>
    internal double LastRetryAfter { get; private set; }

    /// <summary>One source <c>app</c>, over the development server's certificate for appending.</summary>
    internal static Task<IntakeProcess> StartAsync(
        ServerProcess store, string kind, string source, params string[] more) =>
        StartOnDiskAsync(store, megabytes: null, kind, source, more);

    /// <summary>The same with its state on a file system of so many megabytes, which ends with the process.</summary>
    internal static Task<IntakeProcess> StartOnDiskAsync(
        ServerProcess store, int? megabytes, string kind, string source, params string[] more) => StartAsync(
            store, megabytes, more, port => $$"""
                  app:
                    kind: {{kind}}
                    ledger: demo
                    listen: 127.0.0.1:{{port}}
                    auth: { tokens: { tester: "{{RunningIntake.TokenHash}}" } }
                    {{source}}

                """);

    /// <summary>Any sources, at the port that is given to them.</summary>
    internal static async Task<IntakeProcess> StartAsync(
        ServerProcess store, int? disk, string[] more, Func<int, string> sources)
    {
        IntakeProcess intake = new(Ports.Free(), disk);
        string pki = Path.Combine(Path.GetDirectoryName(store.Profile)!, "pki");
        await File.WriteAllTextAsync(intake.ConfigFile, $$"""
            state: state
            store: { address: "{{store.Address}}", certificate: "{{pki}}/clients/appender.pem",
                     key: "{{pki}}/clients/appender.key", ca: "{{pki}}/ca.pem" }
            {{string.Join('\n', more)}}
            sources:
            {{sources(intake._port)}}
            """.ReplaceLineEndings("\n"));
        await intake.RestartAsync();
        return intake;
    }

    internal string ConfigFile => _folder.File("intake.yaml");

    internal async Task RestartAsync()
    {
        string[] serve =
        [
            "dotnet", Path.Combine(AppContext.BaseDirectory, "LedgerStore.Intake.dll"), "serve", "--config", ConfigFile,
        ];
        string state = _folder.File("state");
        Directory.CreateDirectory(state);
        string[] command = _disk is null
            ? serve
            : ["unshare", "-m", "sh", "-c",
                $"mount -t tmpfs -o size={_disk}M none {state} && exec \"$@\"", "sh", .. serve];
        ProcessStartInfo start = new(command[0], command[1..])
        {
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

    internal async Task<HttpStatusCode> PostAsync(string body)
    {
        using StringContent content = new(body);
        using HttpResponseMessage answer = await _http.PostAsync(Address, content);
        LastRetryAfter = answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0;
        return answer.StatusCode;
    }

    /// <summary>Whether a request was answered with success.</summary>
    internal async Task<bool> TrySendAsync(string path, string type, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, type);
        try
        {
            using HttpResponseMessage answer = await _http.PostAsync(new Uri(Address, path), content);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return false;
        }
    }

    /// <summary>A file beside the configuration.</summary>
    internal string FileOf(string name) => _folder.File(name);

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
