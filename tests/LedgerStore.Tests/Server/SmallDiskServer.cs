// The real server on a small disk: started, killed, asked. Owned by its test.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Server;

internal sealed class SmallDiskServer(SmallDisk disk) : IDisposable
{
    private readonly StringBuilder _log = new();
    private Process? _process;
    private Uri _address = new("https://unset");
    private int _operations;

    /// <summary>Everything that it said.</summary>
    internal string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <returns>Null when it serves; else its exit code.</returns>
    internal int? Start()
    {
        _operations = Ports.Free();
        _process = disk.Run(
            "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"),
            "dev", "--data", disk.Data, "--port", "0", "--metrics", _operations.ToString(CultureInfo.InvariantCulture));
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
        string? line = _process.StandardOutput.ReadLine();
        if (line?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            _process.WaitForExit();
            return _process.ExitCode;
        }

        _address = new Uri(line["ready ".Length..]);
        StreamReader output = _process.StandardOutput;
        _ = Task.Run(async () =>
        {
            while (await output.ReadLineAsync() is { } said)
            {
                lock (_log)
                {
                    _log.AppendLine(said);
                }
            }
        });
        return null;
    }

    internal void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM, and the exit code of the orderly end.</summary>
    internal int Terminate()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        kill.WaitForExit();
        _process.WaitForExit();
        return _process.ExitCode;
    }

    internal LedgerClient Connect(string identity) => new(new LedgerClientOptions
    {
        Address = _address,
        CertificateFile = $"{disk.Data}.keys/pki/clients/{identity}.pem",
        KeyFile = $"{disk.Data}.keys/pki/clients/{identity}.key",
        CaFile = $"{disk.Data}.keys/pki/ca.pem",
    });

    /// <summary>The profile for `ledger` that the server wrote.</summary>
    internal string Profile => $"{disk.Data}.keys/ledger.yaml";

    internal string VerifierKey(string ledger)
    {
        using SigningKey key = SigningKey.FromPem(File.ReadAllBytes($"{disk.Data}.keys/signing.pem"));
        KeyName name = KeyName.Parse($"localhost/{ledger}");
        return LedgerKeyDerivation.VerifierKeyOf(key, name, KeyScheme.Derived).ToString();
    }

    /// <summary>What an orchestrator is told.</summary>
    internal async Task<(HttpStatusCode Status, string Text)> AskAsync(string path)
    {
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.GetAsync($"http://127.0.0.1:{_operations}{path}");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
    }
}
