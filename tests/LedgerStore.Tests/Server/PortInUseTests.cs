// A port that somebody else has: an exit code and a sentence, not a stack of calls.
using System.Net;
using System.Net.Sockets;
using LedgerStore.Server.Config;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class PortInUseTests
{
    [Fact]
    public async Task A_port_that_is_taken_is_said_in_one_sentence()
    {
        string root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        string port = $"{((IPEndPoint)other.LocalEndpoint).Port}";
        try
        {
            (int code, string output, string errors) = await ServerProcess.RunAsync(
                "dev", "--data", Path.Combine(root, "data"), "--port", port);
            Assert.Equal(ExitCode.Configuration, code);
            Assert.Contains(port, errors, StringComparison.Ordinal);
            Assert.EndsWith(
                "choose another port, or stop the program that listens there\n", errors, StringComparison.Ordinal);
            Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
