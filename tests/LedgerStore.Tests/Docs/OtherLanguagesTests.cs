// The programs of docs/APPLICATIONS.md in Python and Node, taken out of the page and run against a real server over
// connections that break: each record is stored once and in order, however often the program is started.

using System.Diagnostics;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Gates;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Docs;

public sealed class OtherLanguagesTests(DevServer server) : IClassFixture<DevServer>
{
    private const int Records = 420;
    private const int StartsMax = 40;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private string Pki => Path.Combine(server.Keys, "pki");

    [PythonFact]
    public async Task Python_appends_exactly_once_reads_and_gets_a_receipt()
    {
        WriteDescriptors();
        string program = DocumentPrograms.Write("APPLICATIONS.md", "append_once.py", server.Root);
        string output = await StoreOverABadNetworkAsync(
            "py", (address, file) => (InteropFiles.Python!, [program, address, Pki, "demo", "py-1", file]));
        Assert.Contains("spiffe://dev.ledgerstore.test/appender: py 401", output, StringComparison.Ordinal);
        string check = DocumentPrograms.Write("VERIFIERS.md", "check_receipt.py", server.Root);
        (int code, string said) = await RunAsync("python3", [check, "--entry", "entry", "receipt", server.Vkey]);
        Assert.True(code == 0, said);
        Assert.Contains("is in localhost/demo at size", said, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task Node_appends_exactly_once_reads_and_checks_a_receipt()
    {
        string program = DocumentPrograms.Write("APPLICATIONS.md", "append_once.js", server.Root);
        string protos = Path.Combine(SourceTree.Root, "client", "LedgerStore.Protocol", "Protos");
        string output = await StoreOverABadNetworkAsync("js", (address, file) =>
            ("node", [program, address, Pki, "demo", "js-1", file, server.Vkey, protos]));
        Assert.Contains("is in localhost/demo at size", output, StringComparison.Ordinal);

        // A key that did not sign it.
        char[] other = server.Vkey.ToCharArray();
        other[^8] = other[^8] == 'A' ? 'B' : 'A';
        string address = new Uri(server.Address).Authority;
        (int code, string said) = await RunAsync(
            "node", [program, address, Pki, "demo", "js-1", Lines("js"), new string(other), protos]);
        Assert.NotEqual(0, code);
        Assert.Contains("not signed by this key", said, StringComparison.Ordinal);
    }

    private async Task<string> StoreOverABadNetworkAsync(
        string name, Func<string, string, (string Program, string[] Arguments)> start)
    {
        string output = string.Empty;
        await using (BadProxy proxy = new(new Uri(server.Address), seed: 5) { CutsOneIn = 15 })
        {
            // What is not retried in the program (the reading) ends it: it is started again, with the same file.
            int code = -1;
            for (int starts = 0; code != 0; starts++)
            {
                Assert.True(starts < StartsMax, output);
                (string program, string[] arguments) = start(proxy.Address.Authority, Lines(name));
                (code, output) = await RunAsync(program, arguments);
            }

            Assert.True(proxy.Cuts > 0);
        }

        LedgerCli ledger = new(server.Profile);
        CliResult read = await ledger.RunAsync("read", "demo", "--format", "raw");
        Assert.True(read.Code == 0, read.ToString());
        Assert.Equal(
            Enumerable.Range(1, Records).Select(i => $"{name} {i}"),
            read.Output.Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)));
        return output;
    }

    private string Lines(string name)
    {
        string file = Path.Combine(server.Root, name + ".lines");
        File.WriteAllText(file, string.Concat(Enumerable.Range(1, Records).Select(i => $"{name} {i}\n")));
        return file;
    }

    // What `protoc --include_imports --descriptor_set_out` writes.
    private void WriteDescriptors()
    {
        FileDescriptorSet set = new();
        set.File.Add(DurationReflection.Descriptor.ToProto());
        set.File.Add(TimestampReflection.Descriptor.ToProto());
        set.File.Add(LedgerstoreReflection.Descriptor.ToProto());
        File.WriteAllBytes(
            Path.Combine(server.Root, "ledgerstore.fds"), Google.Protobuf.MessageExtensions.ToByteArray(set));
    }

    private async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = server.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_PATH"] = Path.Combine(InteropFiles.NodeDirectory, "node_modules");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource timeout = new(s_patience);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output + await errors);
    }
}
