// The real server on a small disk: started, killed, asked. Owned by its test.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Server;

internal sealed class SmallDiskServer(SmallDisk disk) : IDisposable
{
    private readonly StringBuilder log = new();
    private Process? process;
    private Uri address = new("https://unset");
    private int operations;

    /// <summary>Everything that it said.</summary>
    internal string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <returns>Null when it serves; else its exit code.</returns>
    internal int? Start()
    {
        operations = FreePort();
        process = disk.Run(
            "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"),
            "dev", "--data", disk.Data, "--port", "0", "--metrics", operations.ToString(CultureInfo.InvariantCulture));
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
        string? line = process.StandardOutput.ReadLine();
        if (line?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            process.WaitForExit();
            return process.ExitCode;
        }

        address = new Uri(line["ready ".Length..]);
        StreamReader output = process.StandardOutput;
        _ = Task.Run(async () =>
        {
            while (await output.ReadLineAsync() is { } said)
            {
                lock (log)
                {
                    log.AppendLine(said);
                }
            }
        });
        return null;
    }

    internal void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>SIGTERM, and the exit code of the orderly end.</summary>
    internal int Terminate()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{process!.Id}"]);
        kill.WaitForExit();
        process.WaitForExit();
        return process.ExitCode;
    }

    internal LedgerClient Connect(string identity) => new(new LedgerClientOptions
    {
        Address = address,
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
        using HttpResponseMessage answer = await http.GetAsync($"http://127.0.0.1:{operations}{path}");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener any = new(IPAddress.Loopback, 0);
        any.Start();
        int port = ((IPEndPoint)any.LocalEndpoint).Port;
        Assert.True(port > 0);
        return port;
    }
}
