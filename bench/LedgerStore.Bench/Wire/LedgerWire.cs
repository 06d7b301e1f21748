// A whole server for measurements: store, policy, certificates, all as in earnest, in a process of its own (the same
// two processors), so that what it allocates and what clients allocate are two figures.
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;

namespace LedgerStore.Bench.Wire;

internal sealed class LedgerWire : IDisposable
{
    private static readonly TimeSpan s_textIsKept = TimeSpan.FromSeconds(1.1);

    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-wire-").FullName;
    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly Uri _metrics;

    internal LedgerWire()
    {
        const int metricsPort = 19_464;
        _metrics = new Uri($"http://127.0.0.1:{metricsPort}/metrics");
        ProcessStartInfo start = new(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"), "dev",
             "--data", Path.Combine(_directory, "data"), "--port", "0", "--metrics", $"{metricsPort}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        string line = _process.StandardOutput.ReadLine() ?? string.Empty;
        Address = line.StartsWith("ready ", StringComparison.Ordinal)
            ? new Uri(line["ready ".Length..])
            : throw new InvalidOperationException($"the server did not start: {line}");
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    internal Uri Address { get; }

    internal string Data => Path.Combine(_directory, "data");

    /// <summary>Memory of the server that belongs to no file, in megabytes.</summary>
    internal double AnonymousMegabytes => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], Invariant) / 1024)
        .Single();

    /// <summary>Processor time of the server since its start, all threads.</summary>
    internal double CpuSeconds
    {
        get
        {
            // The name in parentheses may have spaces: fields are counted behind it. 100 ticks a second, always.
            string stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            const int userTicks = 11, systemTicks = 12;
            return (double.Parse(fields[userTicks], Invariant) + double.Parse(fields[systemTicks], Invariant)) / 100;
        }
    }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>What the server has allocated since its start.</summary>
    internal double AllocatedBytes() => Metric("dotnet_gc_heap_total_allocated_bytes_total");

    /// <summary>Methods that the server's just-in-time compiler has compiled, again and again if it did.</summary>
    internal double CompiledMethods() => Metric("dotnet_jit_compiled_methods_total");

    /// <summary>Events in _audit since the start.</summary>
    internal double AuditEvents() => Metric("ledgerstore_audit_events_total");

    // The server makes its text once a second: the one of before the work is no answer.
    private double Metric(string name)
    {
        Thread.Sleep(s_textIsKept);
        return _http.GetStringAsync(_metrics).GetAwaiter().GetResult().Split('\n')
            .Where(line => line.StartsWith(name + "{} ", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[1], Invariant))
            .Single();
    }

    internal LedgerChannel Connect(string client, int connections)
    {
        string pki = Path.Combine(_directory, "data.keys", "pki");
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(
            $"{pki}/clients/{client}.pem", $"{pki}/clients/{client}.key");
        return new LedgerChannel(Address, new ChannelSettings
        {
            ClientCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null),
            TrustedRoots = [X509CertificateLoader.LoadCertificateFromFile($"{pki}/ca.pem")],
            Connections = connections,
        });
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
