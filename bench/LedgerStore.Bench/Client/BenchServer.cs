// The server of the measurement: the real one, as a process of its own, on the same machine, with mutual TLS.
// Owned by the suite.
using System.Diagnostics;
using LedgerStore.Client;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Client;

internal sealed class BenchServer : IDisposable
{
    // Two can be compared, each in its own directory.
    private static int s_made;

    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    internal BenchServer()
    {
        // Beside the results, not in memory: the disk is part of what is measured.
        _folder = Directory.CreateDirectory(Path.Combine(
            Environment.GetEnvironmentVariable("LEDGERSTORE_BENCH_DIR") ?? Path.GetTempPath(),
            $"ledgerstore-bench-client-{Environment.ProcessId}-{Interlocked.Increment(ref s_made)}"));
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"), "dev", "--data", Data, "--port", "0",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                Address = new Uri(line["ready ".Length..]);
                _ = _process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException("the server did not start");
    }

    /// <summary>Processor time that the server has used.</summary>
    internal double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    internal Uri Address { get; } = new("https://unset");

    internal int ProcessId => _process.Id;

    internal string Vkey => VkeyOf("demo");

    /// <summary>Where the certificates are.</summary>
    internal string Pki => Keys("pki");

    internal string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The key of a ledger.</summary>
    internal string VkeyOf(string ledger)
    {
        using SigningKey key = SigningKey.FromPem(File.ReadAllBytes(Keys("signing.pem")));
        KeyName name = KeyName.Parse("localhost/" + ledger);
        return LedgerKeyDerivation.VerifierKeyOf(key, name, KeyScheme.Derived).ToString();
    }

    internal LedgerClient Connect(string identity) => new(new LedgerClientOptions
    {
        Address = Address,
        CertificateFile = Keys($"pki/clients/{identity}.pem"),
        KeyFile = Keys($"pki/clients/{identity}.key"),
        CaFile = Keys("pki/ca.pem"),
    });

    private string Keys(string file) => Path.Combine(Data + ".keys", file);
}
