// The server of the demonstration: the real one, as a child process, so that this command needs nothing of it. It ends
// when this process does, also when that is killed: it reads the other end of a pipe. One thread.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace LedgerStore.Cli;

/// <summary>A development server that was started here.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private const string Library = "LedgerStore.Server.dll";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private DemoServer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <summary>The key of the ledger `demo`, as the server tells whoever started it.</summary>
    public string Vkey { get; private set; } = string.Empty;

    /// <summary>Where the server's program is: named, beside this command, or in its place of a checkout.</summary>
    public static string Find(string? named)
    {
        string here = AppContext.BaseDirectory;
        string[] places = named is not null ? [named]
            : [
                Path.Combine(here, Library),
                Path.Combine(here.Replace(
                    "/client/LedgerStore.Cli/", "/server/LedgerStore.Server/", StringComparison.Ordinal), Library),
            ];
        return places.FirstOrDefault(File.Exists) ?? throw new UsageException(
            $"the server is not here: there is no {places[^1]}",
            "name LedgerStore.Server.dll with --program, or run this in a checkout: "
            + "dotnet run --project client/LedgerStore.Cli -- demo");
    }

    public static async Task<DemoServer> StartAsync(string program, string data, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(Dotnet(), [program, "dev", "--data", data, "--port", "0", "--end-with-input"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        DemoServer server = new(Process.Start(start)!);
        try
        {
            await server.WaitUntilReadyAsync(cancellation).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An orderly end, as of an operator who stops it.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellation).WaitAsync(s_patience, cancellation).ConfigureAwait(false);
        if (_process.ExitCode != 0)
        {
            throw new UsageException(
                $"the server ended with {_process.ExitCode}: {await _errors.ConfigureAwait(false)}");
        }
    }

    /// <summary>Ends it if it still runs: in order, so that it clears away what it has in the temporary directory.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(s_endPatience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(s_patience);
        StringBuilder said = new();
        while (Address.Length == 0 || Vkey.Length == 0)
        {
            string? line = await _process.StandardOutput.ReadLineAsync(timeout.Token).ConfigureAwait(false);
            if (line is null)
            {
                throw new UsageException($"the server did not start: {said}{await _errors.ConfigureAwait(false)}");
            }

            said.Append(line).Append('\n');
            Address = line.StartsWith("ready ", StringComparison.Ordinal) ? line["ready ".Length..] : Address;
            Vkey = line.Split(' ').FirstOrDefault(IsKey) ?? Vkey;
        }

        // A pipe that nobody reads would stop the server.
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    private static bool IsKey(string word) => word.StartsWith("localhost/demo+", StringComparison.Ordinal);

    // The runtime that runs this command runs the server too, also where no dotnet is on the PATH.
    private static string Dotnet()
    {
        string muxer = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        return File.Exists(muxer) ? muxer : "dotnet";
    }
}
