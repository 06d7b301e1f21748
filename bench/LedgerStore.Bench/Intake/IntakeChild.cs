// The intake of the measurement: the real one, as a process of its own, in front of the real server, with its spools on
// the disk that is measured. Owned by the suite.
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LedgerStore.Bench.Client;
using LedgerStore.Bench.Peers;

namespace LedgerStore.Bench.Intake;

internal sealed class IntakeChild : IDisposable
{
    public const string Token = "a token of the benchmark";

    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly int _operations = PeerFolder.FreePort();
    private readonly int _port = PeerFolder.FreePort();

    public IntakeChild(BenchServer server, IEnumerable<string> kinds)
    {
        _folder = Directory.CreateDirectory(Path.Combine(
            Environment.GetEnvironmentVariable("LEDGERSTORE_BENCH_DIR") ?? Path.GetTempPath(),
            $"ledgerstore-bench-intake-{Environment.ProcessId}"));
        string file = Path.Combine(_folder.FullName, "intake.yaml");
        File.WriteAllText(file, Configuration(server, kinds));
        _process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "LedgerStore.Intake.dll"), "serve", "--config", file])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string? ready = _process.StandardOutput.ReadLine();
        if (ready?.StartsWith("ready", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"the intake did not start: {ready}");
        }

        _ = _process.StandardOutput.ReadToEndAsync();
    }

    public double CpuSeconds => PeerProcess.CpuSeconds(_process.Id);

    /// <summary>The file that the source <c>file</c> reads.</summary>
    public string InputFile => Path.Combine(_folder.FullName, "input.log");

    public Uri AddressOf(RequestTemplate template) =>
        new($"http://127.0.0.1:{_port}/{template.Kind}{template.Path}");

    /// <summary>What is counted of a source.</summary>
    public async Task<(long Stored, long Waiting)> CountsAsync(string source)
    {
        using JsonDocument status = JsonDocument.Parse(
            await _http.GetByteArrayAsync(new Uri($"http://127.0.0.1:{_operations}/status")));
        JsonElement found = status.RootElement.GetProperty("sources").EnumerateArray()
            .Single(each => each.GetProperty("source").GetString() == source);
        return (found.GetProperty("stored").GetInt64(), found.GetProperty("waiting").GetInt64());
    }

    /// <summary>Waits until so many are stored, and all are in the ledger.</summary>
    public async Task DrainAsync(string source, long stored)
    {
        while (await CountsAsync(source) is var counts && (counts.Stored < stored || counts.Waiting > 0))
        {
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Configuration(BenchServer server, IEnumerable<string> kinds)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)));
        StringBuilder text = new($$"""
            state: state
            store: { address: "{{server.Address}}", certificate: "{{server.Pki}}/clients/appender.pem",
                     key: "{{server.Pki}}/clients/appender.key", ca: "{{server.Pki}}/ca.pem" }
            operations: 127.0.0.1:{{_operations}}
            sources:
              file: { kind: file, ledger: demo, file: input.log }

            """.ReplaceLineEndings("\n"));
        foreach (string kind in kinds)
        {
            text.Append($"  {kind}: {{ kind: {kind}, ledger: demo, listen: 127.0.0.1:{_port}, path: /{kind}, ")
                .Append($"auth: {{ tokens: {{ bench: \"sha256:{hash}\" }} }} }}\n");
        }

        return text.ToString();
    }
}
