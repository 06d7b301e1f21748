// Clients that we did not write against the whole server: every kind of call over real mutual TLS.

using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Server;

public sealed class LedgerInteropTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _files = Directory.CreateTempSubdirectory("ledgerstore-interop-").FullName;

    public void Dispose() => Directory.Delete(_files, recursive: true);

    [PythonFact]
    public Task Python_against_the_whole_server() => RunAsync(
        InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "ledger.py"));

    [NodeFact]
    public Task Node_against_the_whole_server() => RunAsync(
        "node", Path.Combine(InteropFiles.NodeDirectory, "ledger.js"));

    [NodeFact]
    public Task A_client_that_knows_only_what_reflection_says_calls_everything() => RunAsync(
        "node", Path.Combine(InteropFiles.NodeDirectory, "reflect.js"));

    private async Task RunAsync(string program, string script)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        ServerPki.WriteTo(_files, "writer", "reader", "auditor", "admin", "idle");
        File.WriteAllBytes(Path.Combine(_files, "ledger.fds"), Descriptors().ToByteArray());
        using Process client = Process.Start(
            new ProcessStartInfo(program, [script, $"localhost:{server.Address.Port}", _files])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        Task<string> errors = client.StandardError.ReadToEndAsync();
        string lines = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        output.WriteLine(lines);
        Assert.True(client.ExitCode == 0, lines + await errors);
    }

    private static FileDescriptorSet Descriptors()
    {
        FileDescriptorSet set = new();
        HashSet<string> added = new(StringComparer.Ordinal);
        Add(set, LedgerstoreReflection.Descriptor, added);
        Add(set, StatusReflection.Descriptor, added);
        return set;
    }

    private static void Add(FileDescriptorSet set, FileDescriptor file, HashSet<string> added)
    {
        if (!added.Add(file.Name))
        {
            return;
        }

        foreach (FileDescriptor dependency in file.Dependencies)
        {
            Add(set, dependency, added);
        }

        set.File.Add(file.ToProto());
    }
}
