// One wish to stop comes as several signals: from the shell to the whole group, and once more from whoever started the
// server. The end stays an orderly one.

using System.Diagnostics;
using LedgerStore.Server.Hosting;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ShutdownTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-shutdown-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Signals_of_one_wish_change_nothing_and_a_later_one_ends_at_once()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        using Shutdown shutdown = new(time);
        Assert.False(shutdown.Requested.IsCompleted);
        Assert.True(shutdown.Request());
        Assert.True(shutdown.Requested.IsCompleted);
        Assert.True(shutdown.Request());
        time.Pass(Shutdown.OneWish - TimeSpan.FromSeconds(1));
        Assert.True(shutdown.Request());
        time.Pass(TimeSpan.FromSeconds(2));
        Assert.False(shutdown.Request());
    }

    [Fact]
    public async Task Two_signals_together_end_the_server_in_order()
    {
        string data = Path.Combine(_directory, "data");
        using ServerProcess server = new(data);
        await server.StartAsync();
        using LedgerStore.Client.LedgerChannel channel = server.Connect("appender");
        await channel.AppendAsync("demo", "zebra");
        Assert.Equal(0, await server.TerminateAsync("-TERM", "-TERM", "-INT"));

        // Only an orderly end moves what is in the journal into the segment.
        string segment = Assert.Single(Directory.GetFiles(Path.Combine(data, "ledgers", "1", "segments")));
        Assert.Contains("zebra", await File.ReadAllTextAsync(segment), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_input_ends_stops_in_order()
    {
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll"), "dev", "--data",
            Path.Combine(_directory, "data"), "--port", "0", "--end-with-input",
        ];
        using Process server = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.StartsWith("ready ", await server.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        await server.StandardInput.WriteLineAsync("what is written here is ignored");
        await server.StandardInput.FlushAsync();
        Assert.False(server.WaitForExit(500));
        server.StandardInput.Close();
        await server.WaitForExitAsync();
        Assert.Equal(0, server.ExitCode);
    }

    [Theory]
    [InlineData("dev", "--help")]
    [InlineData("dev", "--data", "nowhere", "-h")]
    [InlineData("serve", "--help")]
    [InlineData("help")]
    public async Task Help_is_given_wherever_it_is_asked_for(params string[] arguments)
    {
        (int code, string output, _) = await ServerProcess.RunAsync(arguments);
        Assert.Equal(0, code);
        Assert.Contains("dev [--data DIR] [--port N]", output, StringComparison.Ordinal);
    }
}
