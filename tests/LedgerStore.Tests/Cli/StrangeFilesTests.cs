// Somebody exchanged a file of a data directory, or of a bundle, for a pipe, a directory, a link or a socket: whoever
// looks is told, and neither waits nor falls.

using System.Diagnostics;
using System.Net.Sockets;
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class StrangeFilesTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly string[] s_kinds = ["pipe", "directory", "link", "socket"];

    private readonly SignedDirectory _directory = new();
    private readonly LedgerCli _ledger;

    public StrangeFilesTests() => _ledger = new LedgerCli(_directory.Beside("config.yaml"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_file_of_a_data_directory_may_be_something_else()
    {
        using (Store store = _directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 700);
            await SignedDirectory.AppendSigned(store.CreateLedger("orders"), 3);
        }

        await _ledger.RunAsync("trust", "add", Vkey("payments"));
        await _ledger.RunAsync("trust", "add", Vkey("orders"));
        await _ledger.RunAsync("trust", "add", Vkey("_audit"));
        CliResult sound = await VerifyAsync(_directory.Data);
        Assert.True(sound.Code == 0, sound.ToString());
        string[] files = [.. Directory.GetFiles(_directory.Data, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "reserve")
            .Select(file => Path.GetRelativePath(_directory.Data, file)).Order(StringComparer.Ordinal)];
        Assert.Contains("LOCK", files);
        Assert.Contains(files, file => file.EndsWith(".seg", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("state.log", StringComparison.Ordinal));
        int number = 0;
        foreach (string file in files)
        {
            // Not every pair: each file by one kind, in turn.
            string kind = s_kinds[number++ % s_kinds.Length];
            string copy = _directory.Beside($"copy{number}");
            SignedDirectory.Copy(_directory.Data, copy);
            File.Copy(Path.Combine(_directory.Data, "LOCK"), Path.Combine(copy, "LOCK"), overwrite: true);
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Exchange(Path.Combine(copy, file), kind, socket);
            CliResult verified = await VerifyAsync(copy);

            // A spare or an empty journal file says nothing; it must only not be waited for.
            bool isNeeded = !Path.GetFileName(file).StartsWith("spare-", StringComparison.Ordinal);
            Assert.True(
                isNeeded ? verified.Code is 1 or 2 : verified.Code is 0 or 1, $"{file}, {kind}: {verified}");
            CliResult read = await _ledger.RunAsync("read", "payments", "--data", copy).WaitAsync(s_patience);
            Assert.True(read.Code is 0 or 1 or 2 or 6, $"{file}, {kind}: {read}");
            Directory.Delete(copy, recursive: true);
        }
    }

    [Theory]
    [InlineData("segments")]
    [InlineData("ledgers/")]
    [InlineData("ledgers")]
    [InlineData("journal")]
    public async Task A_directory_that_is_a_link_is_not_entered(string name)
    {
        using (Store store = _directory.Open())
        {
            await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 10);
        }

        await _ledger.RunAsync("trust", "add", Vkey("payments"));
        string linked = name == "ledgers/"
            ? Path.Combine(_directory.Data, name, "1")
            : Directory.GetDirectories(_directory.Data, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Last();
        Assert.True(Directory.Exists(linked));
        Directory.Move(linked, _directory.Beside("elsewhere"));
        Directory.CreateSymbolicLink(linked, _directory.Beside("elsewhere"));
        CliResult verified = await VerifyAsync(_directory.Data);
        Assert.Equal(1, verified.Code);
        Assert.Contains("symbolic link", verified.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("directory")]
    public async Task A_receipt_or_evidence_that_is_no_file_is_2(string kind)
    {
        string path = _directory.Beside("named");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await File.WriteAllTextAsync(path, "x");
        Exchange(path, kind, socket);
        foreach (string option in new[] { "--receipt", "--evidence", "--checkpoint" })
        {
            CliResult refused = await _ledger.RunAsync("verify", option, path).WaitAsync(s_patience);
            Assert.True(refused.Code == 2, refused.ToString());

            // A directory may hold receipts; this one is empty.
            string says = (option, kind) == ("--receipt", "directory") ? "there is no receipt in" : $"it is a {kind}";
            Assert.Contains(says, refused.Errors, StringComparison.Ordinal);
        }
    }

    private Task<CliResult> VerifyAsync(string data) =>
        _ledger.RunAsync("verify", "--data", data).WaitAsync(s_patience);

    private string Vkey(string name)
    {
        using Store store = _directory.Open();
        return store.GetLedger(name).VerifierKey!;
    }

    private void Exchange(string path, string kind, Socket socket)
    {
        string aside = path + ".aside";
        File.Move(path, aside);
        switch (kind)
        {
            case "pipe":
                using (Process mkfifo = Process.Start("mkfifo", [path]))
                {
                    mkfifo.WaitForExit();
                }

                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "link":
                // What it leads to is right: that is not the point.
                string elsewhere = _directory.Beside(Path.GetRandomFileName());
                File.Move(aside, elsewhere);
                File.CreateSymbolicLink(path, elsewhere);
                return;
            default:
                // The path of a socket has at most 108 bytes.
                string near = _directory.Beside(Path.GetRandomFileName());
                socket.Bind(new UnixDomainSocketEndPoint(near));
                File.Move(near, path);
                break;
        }

        File.Delete(aside);
    }
}
