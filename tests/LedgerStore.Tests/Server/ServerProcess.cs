// The real server as a process of its own, started as `dev`, and killed as the power does. Owned by its test.

using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Protocol.Channel;

namespace LedgerStore.Tests.Server;

internal sealed class ServerProcess : IDisposable
{
    private readonly string data;
    private Process? process;

    internal ServerProcess(string data) => this.data = data;

    internal Uri Address { get; private set; } = new("https://unset");

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    internal async Task StartAsync()
    {
        process?.Dispose();
        ProcessStartInfo start = new("dotnet", ["exec", ServerDll(), "dev", "--data", data, "--port", "0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string? line = await process.StandardOutput.ReadLineAsync();
        Address = line?.StartsWith("ready ", StringComparison.Ordinal) == true
            ? new Uri(line["ready ".Length..])
            : throw new InvalidOperationException($"the server did not start: {line}{await errors}");
        _ = process.StandardOutput.ReadToEndAsync();
    }

    internal RpcChannel Connect(string client)
    {
        string pki = data + ".keys/pki";
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(
            $"{pki}/clients/{client}.pem", $"{pki}/clients/{client}.key");
        return new RpcChannel(Address, new RpcChannelOptions
        {
            ClientCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null),
            TrustedRoots = [X509CertificateLoader.LoadCertificateFromFile($"{pki}/ca.pem")],
        });
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    internal async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code of the orderly end.</summary>
    internal async Task<int> TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", process!.Id.ToString()]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Runs it with arguments until it ends by itself.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", ["exec", ServerDll(), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process run = Process.Start(start)!;
        Task<string> output = run.StandardOutput.ReadToEndAsync();
        Task<string> errors = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        return (run.ExitCode, await output, await errors);
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
        }

        process?.Dispose();
    }

    // Copied beside the tests by the reference to its project, with its runtime configuration.
    private static string ServerDll() => Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll");
}
