// The programs of docs/VERIFIERS.md, taken out of the document and run as it says, on what a real server gives:
// they accept what is true, and refuse what was changed.

using System.Diagnostics;
using LedgerStore.Client;
using LedgerStore.Tests.Docs;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class VerifiersDocumentTests(DevServer server) : IClassFixture<DevServer>
{
    private const string GoPath = "/usr/share/gocode";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly LedgerCli _ledger = new(server.Profile);

    [ProgramFact("python3", "openssl")]
    public async Task Python_checks_a_receipt()
    {
        string program = Write("check_receipt.py");
        string receipt = await MakeReceiptAsync("python");
        await AssertAcceptsAsync("python3", [program, receipt, server.Vkey], "is in localhost/demo at size");
        foreach (string changed in Changed(receipt))
        {
            Assert.NotEqual(0, (await RunAsync("python3", [program, changed, server.Vkey])).Code);
        }
    }

    [ProgramFact("go", GoPath + "/src/golang.org/x/mod/sumdb/note")]
    public async Task Go_checks_a_receipt()
    {
        string program = Write("check_receipt.go");
        string receipt = await MakeReceiptAsync("go");
        await AssertAcceptsAsync("go", ["run", program, receipt, server.Vkey], "is in localhost/demo at size");
        foreach (string changed in Changed(receipt))
        {
            Assert.NotEqual(0, (await RunAsync("go", ["run", program, changed, server.Vkey])).Code);
        }
    }

    /// <summary>What GetReceipt answers does not hold the entry: with the entry's bytes it is checked, and without
    /// them the program says what it lacks.</summary>
    [ProgramFact("python3", "openssl")]
    public async Task Python_checks_a_receipt_of_the_server()
    {
        string program = Write("check_receipt.py");
        (string receipt, string entry) = await AskForReceiptAsync("python-server");
        await AssertAcceptsAsync(
            "python3", [program, "--entry", entry, receipt, server.Vkey], "is in localhost/demo at size");
        (int code, string output) = await RunAsync("python3", [program, receipt, server.Vkey]);
        Assert.NotEqual(0, code);
        Assert.Contains("give its bytes with --entry FILE", output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await RunAsync("python3", [program, "--entry", receipt, receipt, server.Vkey])).Code);
        CliResult verified = await _ledger.RunAsync("verify", "--receipt", receipt, "--entry", entry);
        Assert.True(verified.Code == 0, verified.ToString());
    }

    [ProgramFact("go", GoPath + "/src/golang.org/x/mod/sumdb/note")]
    public async Task Go_checks_a_receipt_of_the_server()
    {
        string program = Write("check_receipt.go");
        (string receipt, string entry) = await AskForReceiptAsync("go-server");
        await AssertAcceptsAsync("go", ["run", program, receipt, server.Vkey, entry], "is in localhost/demo at size");
        Assert.NotEqual(0, (await RunAsync("go", ["run", program, receipt, server.Vkey])).Code);
        Assert.NotEqual(0, (await RunAsync("go", ["run", program, receipt, server.Vkey, receipt])).Code);
    }

    [ProgramFact("python3")]
    public async Task Python_checks_a_whole_ledger_by_its_tiles()
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        await _ledger.RunWithAsync(
            string.Concat(Enumerable.Range(0, 700).Select(i => $"record {i}\n")), "append", "demo", "--checkpoint");
        string pki = Path.Combine(server.Keys, "pki");
        string[] arguments =
        [
            Write("check_ledger.py"), $"{server.Address}/demo", Path.Combine(pki, "ca.pem"),
            Path.Combine(pki, "clients", "reader.pem"), Path.Combine(pki, "clients", "reader.key"),
        ];
        await AssertAcceptsAsync("python3", arguments, "entries have the root that localhost/demo published");
    }

    [Fact]
    public async Task The_commands_at_the_end_of_the_document_exist()
    {
        string[] commands = [.. Document().Split('\n')
            .Where(line => line.StartsWith("ledger ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];
        Assert.True(commands.Length >= 5);
        foreach (string command in commands.Distinct())
        {
            Assert.Equal(0, (await _ledger.RunAsync(command, "--help")).Code);
        }
    }

    private async Task<string> MakeReceiptAsync(string name)
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        await _ledger.RunAsync("append", "demo", "one", "two", "three", "four", "five");
        string file = Path.Combine(server.Root, name + ".tlog-proof");
        CliResult proven = await _ledger.RunAsync("prove", "demo", "3", "--out", file);
        Assert.True(proven.Code == 0, proven.ToString());
        return file;
    }

    // Byte for byte what the server answers to GetReceipt, and the entry.
    private async Task<(string Receipt, string Entry)> AskForReceiptAsync(string name)
    {
        await MakeReceiptAsync(name);
        string clients = Path.Combine(server.Keys, "pki", "clients");
        using LedgerClient client = new(new LedgerClientOptions
        {
            Address = new Uri(server.Address),
            CertificateFile = Path.Combine(clients, "reader.pem"),
            KeyFile = Path.Combine(clients, "reader.key"),
            CaFile = Path.Combine(server.Keys, "pki", "ca.pem"),
        });
        using Verifier verifier = client.CreateVerifier("demo", new VerifierOptions { Vkey = server.Vkey });
        LedgerEntry entry = await client.CreateReader("demo").Verified(verifier)
            .ReadEntriesAsync(ReadOptions.Range(2, 1)).FirstAsync();
        byte[] receipt = (await verifier.GetReceiptAsync(entry)).Format();
        Assert.DoesNotContain("\nextra ", System.Text.Encoding.UTF8.GetString(receipt), StringComparison.Ordinal);
        string file = Path.Combine(server.Root, name + ".receipt");
        await File.WriteAllBytesAsync(file, receipt);
        await File.WriteAllBytesAsync(file + ".entry", entry.Bytes.ToArray());
        return (file, file + ".entry");
    }

    // Another entry, another index, another hash, another checkpoint.
    private static IEnumerable<string> Changed(string receipt)
    {
        string[] lines = File.ReadAllLines(receipt);
        int size = Array.IndexOf(lines, string.Empty) + 2;
        foreach (int line in new[] { 1, 2, 3, size, size + 3 })
        {
            string[] changed = [.. lines];
            changed[line] = line == 2 ? "index 2" : line == size ? $"{int.Parse(lines[size]) + 1}" : Flip(lines[line]);
            string file = $"{receipt}.{line}";
            File.WriteAllText(file, string.Join('\n', changed) + "\n");
            yield return file;
        }
    }

    private static string Flip(string line)
    {
        int at = line.Length - 8;
        return line[..at] + (line[at] == 'A' ? 'B' : 'A') + line[(at + 1)..];
    }

    private string Write(string name) => DocumentPrograms.Write("VERIFIERS.md", name, server.Root);

    private static string Document() => File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "VERIFIERS.md"));

    private static async Task AssertAcceptsAsync(string program, string[] arguments, string says)
    {
        (int code, string output) = await RunAsync(program, arguments);
        Assert.True(code == 0, output);
        Assert.Contains(says, output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = GoPath;
        start.Environment["GOFLAGS"] = string.Empty;
        start.Environment["GOCACHE"] = Path.Combine(Path.GetTempPath(), "ledgerstore-go-cache");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource timeout = new(s_patience);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output + await errors);
    }
}
