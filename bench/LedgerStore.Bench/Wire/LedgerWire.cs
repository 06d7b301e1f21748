// A whole server for measurements: store, policy, certificates, all as in earnest, in a process of its own (the same
// two processors), so that what it allocates and what clients allocate are two figures.
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Protocol.Channel;

namespace LedgerStore.Bench.Wire;

internal sealed class LedgerWire : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("ledgerstore-wire-").FullName;
    private readonly Process process;
    private readonly HttpClient http = new();
    private readonly Uri metrics;

    internal LedgerWire()
    {
        const int metricsPort = 19_464;
        metrics = new Uri($"http://127.0.0.1:{metricsPort}/metrics");
        ProcessStartInfo start = new(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"), "dev",
             "--data", Path.Combine(directory, "data"), "--port", "0", "--metrics", $"{metricsPort}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        process = Process.Start(start)!;
        string line = process.StandardOutput.ReadLine() ?? string.Empty;
        Address = line.StartsWith("ready ", StringComparison.Ordinal)
            ? new Uri(line["ready ".Length..])
            : throw new InvalidOperationException($"the server did not start: {line}");
        _ = process.StandardOutput.ReadToEndAsync();
    }

    internal Uri Address { get; }

    /// <summary>Memory of the server that belongs to no file, in megabytes.</summary>
    internal double AnonymousMegabytes => File.ReadLines($"/proc/{process.Id}/status")
        .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], Invariant) / 1024)
        .Single();

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>What the server has allocated since its start.</summary>
    internal double AllocatedBytes() => http.GetStringAsync(metrics).GetAwaiter().GetResult().Split('\n')
        .Where(line => line.StartsWith("dotnet_gc_heap_total_allocated_bytes_total ", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ')[1], Invariant))
        .Single();

    internal RpcChannel Connect(string client, int connections)
    {
        string pki = Path.Combine(directory, "data.keys", "pki");
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(
            $"{pki}/clients/{client}.pem", $"{pki}/clients/{client}.key");
        return new RpcChannel(Address, new RpcChannelOptions
        {
            ClientCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null),
            TrustedRoots = [X509CertificateLoader.LoadCertificateFromFile($"{pki}/ca.pem")],
            Connections = connections,
        });
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        http.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
