// What Node's own packages send: the exporters of OpenTelemetry and the SDK of CloudEvents, by a script that repeats
// what is not acknowledged and says so, line by line. The process is owned by its sender; one loop reads what it says.
using System.Diagnostics;
using System.Globalization;

namespace LedgerStore.Campaigns.Senders;

/// <summary>tests/interop/intake-node/steady.js.</summary>
/// <param name="what"><c>grpc</c>, <c>http</c>, <c>proto</c> or <c>cloudevents</c>.</param>
internal sealed class NodeSender(SenderPlace place, string script, string what) : Sender(place)
{
    private const int BatchRecords = 250;
    private Process? _node;

    public override string Kind => what == "cloudevents" ? "cloudevents" : "otlp";

    public override string More => Kind == "otlp" ? "duplicates: body, " : string.Empty;

    // The exporters repeat some requests by themselves, and do not say so.
    public override bool TellsRepeats => Kind == "cloudevents";

    public override int UnderWay => BatchRecords;

    public override async Task RunAsync(CancellationToken stop)
    {
        _node = Process.Start(new ProcessStartInfo(
            "node",
            [
                script, what, Place.Address.ToString().TrimEnd('/'), Place.CaFile, Place.CertificateFile, Place.KeyFile,
                Text(Place.Records), Text(BatchRecords), Text(Place.Time.TotalMilliseconds),
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        while (await _node.StandardOutput.ReadLineAsync(stop) is { } line)
        {
            string[] words = line.Split(' ');
            int first = int.Parse(words[1], CultureInfo.InvariantCulture);
            int count = int.Parse(words[2], CultureInfo.InvariantCulture);
            if (words[0] == "stored")
            {
                Place.Tally.Acknowledge(first, count);
            }
            else
            {
                Place.Tally.SendAgain(first, count);
            }
        }

        await _node.WaitForExitAsync(stop);
        if (_node.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Place.Name} ended with {_node.ExitCode}");
        }
    }

    public override void Dispose()
    {
        if (_node is { HasExited: false })
        {
            _node.Kill();
            _node.WaitForExit();
        }

        _node?.Dispose();
        base.Dispose();
    }

    private static string Text(double number) => number.ToString("F0", CultureInfo.InvariantCulture);
}
