// The real server as a process of its own, with its development certificates; it can be killed and started again.
// Owned by its test.

using System.Diagnostics;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Client;

internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();
    private Process? _process;
    private int _port;

    internal Uri Address { get; private set; } = new("https://unset");

    /// <summary>The key of the ledger demo, as an operator hands it out.</summary>
    internal string Vkey
    {
        get
        {
            using SigningKey key = SigningKey.FromPem(System.IO.File.ReadAllBytes(Keys("signing.pem")));
            KeyName demo = KeyName.Parse("localhost/demo");
            return LedgerKeyDerivation.VerifierKeyOf(key, demo, KeyScheme.Derived).ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    internal static async Task<ServerProcess> StartAsync()
    {
        ServerProcess server = new();
        await server.RestartAsync();
        return server;
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    internal async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _process = null;
    }

    /// <summary>Starts it, on the port it had before.</summary>
    internal async Task RestartAsync()
    {
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"),
                "dev", "--data", _folder.File("data"), "--port", $"{_port}",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        StringBuilder said = new();
        _process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                Address = new Uri(line["ready ".Length..]);
                _port = Address.Port;
                _ = _process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"the server did not start: {said}");
    }

    /// <summary>A client with one of the development certificates: appender, reader, auditor, administrator.</summary>
    internal LedgerClient Connect(string identity) => Connect(identity, Address);

    /// <summary>The same, by another way than directly.</summary>
    internal LedgerClient Connect(string identity, Uri address) => new(new LedgerClientOptions
    {
        Address = address,
        CertificateFile = Keys($"pki/clients/{identity}.pem"),
        KeyFile = Keys($"pki/clients/{identity}.key"),
        CaFile = Keys("pki/ca.pem"),
        ConnectTimeout = TimeSpan.FromMinutes(2), // no test fails on a time
    });

    /// <summary>The profile for `ledger` that the server wrote.</summary>
    internal string Profile => Keys("ledger.yaml");

    /// <summary>A file of the test, beside the data.</summary>
    internal string File(string name) => _folder.File(name);

    private string Keys(string file) => Path.Combine(_folder.File("data") + ".keys", file);
}
