// `ledger demo`, as people and programs start it: everything in it is real, the entry that it changes is the one that
// it names, and nothing of it stays.

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LedgerStore.Cli;
using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class DemoTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly string _temporary = Directory.CreateTempSubdirectory("ledgerstore-demos-").FullName;

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    [Fact]
    public async Task The_entry_that_was_changed_is_named_and_nothing_stays()
    {
        (int code, string output, string errors) = await RunAsync("demo", "--records", "1000");
        Assert.True(code == 0, output + errors);
        Assert.Contains("\n   appended 1000 entries, 0 to 999\n", output, StringComparison.Ordinal);
        Assert.Contains("\n   verified: entry-471.tlog-proof\n", output, StringComparison.Ordinal);
        Assert.Contains("mallory took 9,000,000 to an account of her own", output, StringComparison.Ordinal);
        Assert.Contains("1000 entries are those of the signed tree of size 1000", output, StringComparison.Ordinal);
        Assert.Contains("\n   NOT VERIFIED: data\n     demo: entry 471 changed\n", output, StringComparison.Ordinal);
        Assert.Contains("\nEntry 471 was changed, and entry 471 was named.\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
        Assert.Equal(string.Empty, errors);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary));
    }

    [Fact]
    public async Task A_program_gets_one_object_and_what_is_kept_can_be_looked_at()
    {
        (int code, string output, string errors) = await RunAsync("demo", "--records", "600", "--keep", "--json");
        Assert.True(code == 0, output + errors);
        using JsonDocument answer = JsonDocument.Parse(output);
        Assert.True(answer.RootElement.GetProperty("as_expected").GetBoolean());
        Assert.Equal(282, answer.RootElement.GetProperty("changed_index").GetInt32());
        string directory = answer.RootElement.GetProperty("directory").GetString()!;
        LedgerCli ledger = new(Path.Combine(directory, "data.keys", "ledger.yaml"));
        CliResult verified = await ledger.RunAsync("verify", "--data", Path.Combine(directory, "data"));
        Assert.Equal(1, verified.Code);
        Assert.Contains("demo: entry 282 changed", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_leaves_neither_a_server_nor_a_directory()
    {
        using Process demo = Start("demo", "--records", "50000");
        using CancellationTokenSource timeout = new(s_patience);
        while (await demo.StandardOutput.ReadLineAsync(timeout.Token) is { } line
            && !line.Contains("it listens on", StringComparison.Ordinal))
        {
        }

        string root = Assert.Single(Directory.GetDirectories(_temporary));
        using Process kill = Process.Start("kill", ["-INT", $"{demo.Id}"]);
        await demo.WaitForExitAsync(timeout.Token);
        Assert.Equal(130, demo.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary));
        Assert.DoesNotContain(CommandLines(), line => line.Contains(root, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_killed_demonstration_takes_its_server_along()
    {
        using Process demo = Start("demo", "--records", "50000");
        using CancellationTokenSource timeout = new(s_patience);
        while (await demo.StandardOutput.ReadLineAsync(timeout.Token) is { } line
            && !line.Contains("it listens on", StringComparison.Ordinal))
        {
        }

        string root = Assert.Single(Directory.GetDirectories(_temporary));
        demo.Kill();
        while (CommandLines().Any(line => line.Contains(root, StringComparison.Ordinal)))
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    [Theory]
    [InlineData("--records", "99")]
    [InlineData("--program", "/does/not/exist.dll")]
    public async Task What_cannot_be_shown_is_said_before_anything_is_made(string option, string value)
    {
        (int code, string output, string errors) = await RunAsync("demo", option, value);
        Assert.Equal(2, code);
        Assert.Equal(string.Empty, output);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(50_000)]
    public void One_record_is_like_no_other(int count)
    {
        string[] lines = Encoding.UTF8.GetString(DemoRecords.Lines(count)).TrimEnd('\n').Split('\n');
        Assert.Equal(count, lines.Length);
        int told = Assert.Single(Enumerable.Range(0, count), i => lines[i].Contains("took", StringComparison.Ordinal));
        Assert.Equal(DemoRecords.ChangedOf(count), (ulong)told);
    }

    [Fact]
    public void What_is_changed_stands_in_the_file_as_it_is_whatever_is_around_it()
    {
        byte[] packed = new byte[64 * 1024];
        for (int count = 100; count <= 50_000; count += count < 1_000 ? 1 : 977)
        {
            string[] lines = Encoding.UTF8.GetString(DemoRecords.Lines(count)).TrimEnd('\n').Split('\n');
            int first = (int)DemoRecords.ChangedOf(count) / 256 * 256;
            byte[] bundle = Encoding.UTF8.GetBytes(string.Join("\n.appender.", lines.Skip(first).Take(256)));
            int length = Lz4.Compress(bundle, packed, Lz4Effort.Fast);
            Assert.True(packed.AsSpan(0, length).IndexOf("took 9"u8) >= 0, $"not with {count} records");
        }
    }

    // What every process of this machine was started with.
    private static string[] CommandLines() =>
    [
        .. Directory.GetDirectories("/proc").Select(process =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (IOException)
            {
                return string.Empty;
            }
            catch (UnauthorizedAccessException)
            {
                return string.Empty;
            }
        }),
    ];

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    private Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "ledger.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = _temporary;

        // A profile of another server must not lead the demonstration there.
        start.Environment["LEDGER_SERVER"] = "https://localhost:1";
        return Process.Start(start)!;
    }
}
