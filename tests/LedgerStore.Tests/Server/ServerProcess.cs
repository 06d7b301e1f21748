// The real server as a process of its own, started as `dev` or as a test says, and killed as the power does. Owned by
// its test.

using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;

namespace LedgerStore.Tests.Server;

internal sealed class ServerProcess : IDisposable
{
    // A write beyond a file size limit fails only where its signal is ignored, which the process inherits.
    private const string IgnoringFileSize = "trap '' XFSZ; exec \"$0\" \"$@\"";

    private readonly string _pki;
    private readonly IReadOnlyList<string> _arguments;
    private Process? _process;
    private Task<string> _standardError = Task.FromResult(string.Empty);

    /// <summary>A development server on a data directory.</summary>
    internal ServerProcess(string data, params string[] more)
        : this(data + ".keys/pki", new List<string> { "dev", "--data", data, "--port", "0" }.Concat(more).ToList())
    {
    }

    private ServerProcess(string pki, IReadOnlyList<string> arguments)
    {
        _pki = pki;
        _arguments = arguments;
    }

    internal Uri Address { get; private set; } = new("https://unset");

    /// <summary>A server in earnest, by its configuration; clients use this directory of certificates.</summary>
    internal static ServerProcess Serving(string configuration, string pki) =>
        new(pki, new List<string> { "serve", "--config", configuration });

    /// <summary>Limits every file that it writes to this size: what is beyond it fails from now on.</summary>
    internal async Task LimitFilesAsync(long bytes)
    {
        using Process limit = Process.Start(
            "prlimit", ["--pid", _process!.Id.ToString(), $"--fsize={bytes}:{bytes}"]);
        await limit.WaitForExitAsync();
        Xunit.Assert.Equal(0, limit.ExitCode);
    }

    /// <summary>Waits until it ends by itself.</summary>
    internal async Task<(int ExitCode, string Errors)> EndAsync()
    {
        await _process!.WaitForExitAsync();
        return (_process.ExitCode, await _standardError);
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    internal async Task StartAsync()
    {
        _process?.Dispose();
        ProcessStartInfo start = new("sh", ["-c", IgnoringFileSize, "dotnet", "exec", ServerDll(), .. _arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _standardError = _process.StandardError.ReadToEndAsync();
        string? line = await _process.StandardOutput.ReadLineAsync();
        Address = line?.StartsWith("ready ", StringComparison.Ordinal) == true
            ? new Uri(line["ready ".Length..])
            : throw new InvalidOperationException($"the server did not start: {line}{await _standardError}");
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    internal LedgerChannel Connect(string client)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(
            $"{_pki}/clients/{client}.pem", $"{_pki}/clients/{client}.key");
        return new LedgerChannel(Address, new ChannelSettings
        {
            ClientCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null),
            TrustedRoots = [X509CertificateLoader.LoadCertificateFromFile($"{_pki}/ca.pem")],
            ConnectTimeout = TimeSpan.FromMinutes(2), // no test fails on a time
        });
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code of the orderly end.</summary>
    internal Task<int> TerminateAsync() => TerminateAsync("-TERM");

    /// <summary>One signal right after the other, and the exit code.</summary>
    internal async Task<int> TerminateAsync(params string[] signals)
    {
        foreach (string signal in signals)
        {
            using Process kill = Process.Start("kill", [signal, _process!.Id.ToString()]);
            await kill.WaitForExitAsync();
        }

        await _process!.WaitForExitAsync();
        return _process.ExitCode;
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
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        _process?.Dispose();
    }

    // Copied beside the tests by the reference to its project, with its runtime configuration.
    private static string ServerDll() => Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll");
}
