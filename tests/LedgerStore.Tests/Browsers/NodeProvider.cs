// oidc-provider from npm as a process, on a port of loopback. Ended with its test.

using System.Diagnostics;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Browsers;

internal sealed class NodeProvider : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private NodeProvider(Process process, string issuer)
    {
        _process = process;
        Issuer = issuer;
    }

    internal string Issuer { get; }

    internal static async Task<NodeProvider> StartAsync(string callback)
    {
        int port = Ports.Free();
        string script = Path.Combine(InteropFiles.DirectoryOf("oidc"), "provider.js");
        Process process = Process.Start(new ProcessStartInfo("node", [script, $"{port}", callback])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        using CancellationTokenSource patience = new(s_patience);
        string? line = await process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.StartsWith("ready ", line, StringComparison.Ordinal);
        return new NodeProvider(process, line!["ready ".Length..]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
