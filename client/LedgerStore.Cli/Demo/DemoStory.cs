// The steps of the demonstration, in the order in which they are told. One thread.
using System.Diagnostics;
using System.Text.Json;

namespace LedgerStore.Cli;

/// <summary>Does what is shown.</summary>
/// <param name="started">When the command began, as a timestamp of the stopwatch.</param>
internal sealed class DemoStory(
    Run run, DemoScreen screen, string root, string program, int records, long started)
{
    private readonly string _data = Path.Combine(root, "data");
    private readonly DemoShell _shell = new(run.Host, Path.Combine(root, "data.keys", "ledger.yaml"));
    private readonly ulong _index = DemoRecords.ChangedOf(records);

    public async Task<DemoResult> RunAsync()
    {
        screen.Begin();
        screen.Step("A server starts: mutual TLS, an authority, certificates, a policy, a signing key, all made now");
        DemoServer server = await DemoServer.StartAsync(program, _data, run.Cancellation).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            screen.Say($"it listens on {server.Address}; what it stores is in {_data}");
            await AppendAsync(server.Vkey).ConfigureAwait(false);
            await ProveAsync().ConfigureAwait(false);
            TimeSpan verified = Stopwatch.GetElapsedTime(started);
            screen.Step("Every entry is read again over the network, and hashed against the signed tree");
            await ShowAsync("verify", "demo").ConfigureAwait(false);
            await AttackAsync(server).ConfigureAwait(false);
            return new DemoResult(records, verified, _index, await FindAsync().ConfigureAwait(false));
        }
    }

    private async Task AppendAsync(string vkey)
    {
        screen.Step("Somebody trusts the log's public key, as whoever runs the server told it");
        await ShowAsync("trust", "add", vkey).ConfigureAwait(false);
        screen.Step($"An application appends {records:N0} records: each is on the disk when it is acknowledged");
        using MemoryStream lines = new(DemoRecords.Lines(records));
        long began = Stopwatch.GetTimestamp();
        await ShowFromAsync(lines, " < records", "append", "demo").ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        screen.Say($"{seconds:0.0} s, with connecting");
    }

    private async Task ProveAsync()
    {
        string receipt = Path.Combine(root, $"entry-{_index}.tlog-proof");
        screen.Step($"A receipt for entry {_index}: a small file that shows to anybody, offline, what was recorded");
        await ShowAsync("prove", "demo", $"{_index}", "--out", receipt).ConfigureAwait(false);
        await ShowAsync("verify", "--receipt", receipt).ConfigureAwait(false);
    }

    private async Task AttackAsync(DemoServer server)
    {
        screen.Step("The attack: the server is stopped, and somebody with every right changes one byte on the disk");
        await server.StopAsync(run.Cancellation).ConfigureAwait(false);
        DemoAttack attack = DemoAttack.Change(
            Path.Combine(_data, "ledgers", "1", "segments"), _index, DemoRecords.Told, DemoRecords.Forged);
        screen.Say($"{attack.File}, byte {attack.Offset}:");
        screen.Say($"\"{DemoRecords.Told}\" is now \"{DemoRecords.Forged}\", and all checksums are right again");
    }

    /// <returns>The one entry that was named.</returns>
    private async Task<ulong?> FindAsync()
    {
        screen.Step("Whoever has the key notices, and is told which entry it is");
        string[] command = ["verify", "--data", _data];
        DemoShell.Answer answer = await _shell.RunAsync(Stream.Null, command).ConfigureAwait(false);
        screen.Command(command, string.Empty);
        screen.Output(answer.Output);
        DemoShell.Answer facts = await _shell.RunAsync(Stream.Null, [.. command, "--json"]).ConfigureAwait(false);
        return answer.Code == 0 ? null : OnlyEntry(facts.Output);
    }

    // Besides the entry there may be a finding about the whole tree, whose root is another one now.
    private static ulong? OnlyEntry(string report)
    {
        using JsonDocument json = JsonDocument.Parse(report);
        ulong[] named =
        [
            .. json.RootElement.GetProperty("findings").EnumerateArray()
                .Where(finding => finding.GetProperty("count").GetUInt64() == 1)
                .Select(finding => finding.GetProperty("first_index").GetUInt64()),
        ];
        return named.Length == 1 ? named[0] : null;
    }

    private Task ShowAsync(params string[] command) => ShowFromAsync(Stream.Null, string.Empty, command);

    private async Task ShowFromAsync(Stream input, string suffix, params string[] command)
    {
        screen.Command(command, suffix);
        DemoShell.Answer answer = await _shell.RunAsync(input, command).ConfigureAwait(false);
        run.Cancellation.ThrowIfCancellationRequested();
        screen.Output(answer.Output);
        if (answer.Code != 0)
        {
            throw new UsageException(
                $"`ledger {string.Join(' ', command)}` ended with {answer.Code}: {answer.Errors}",
                "please report this");
        }
    }
}
