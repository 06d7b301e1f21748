// What lines in a file become events by: the intake's own source for files, Debian's rsyslog and Debian's syslog-ng,
// both over TLS with the recipes of docs/INTAKE.md. One loop writes the file; the programs are owned by their sender.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Lines of a file, read by the intake.</summary>
internal class FileSender(SenderPlace place) : Sender(place)
{
    private const int BatchLines = 50;

    // What the intake reads at once, in lines of these.
    private const int ReadLines = 256 * 1024 / 60;

    protected string File => Place.In("input.log");

    public override string Kind => "file";

    public override int UnderWay => ReadLines;

    public override bool TellsRepeats => false;

    public override string Source => $"  {Place.Name}: {{ kind: file, ledger: {Place.Ledger}, file: \"{File}\" }}";

    public override async Task RunAsync(CancellationToken stop)
    {
        DateTime began = DateTime.UtcNow;
        for (int first = 0; first < Place.Records; first += BatchLines)
        {
            await PaceAsync(first, began, stop);
            int count = Math.Min(BatchLines, Place.Records - first);
            await WriteAsync(first, count);
            if (IsAnswered)
            {
                Place.Tally.Acknowledge(first, count);
            }
        }
    }

    protected Task WriteAsync(int first, int count) => System.IO.File.AppendAllLinesAsync(
        File, Enumerable.Range(first, count).Select(static i => $"web1 app: anna logged in, number #{i}# of many"));
}

/// <summary>A program that follows the file and sends what it reads; it is never told what was stored.</summary>
internal abstract class SyslogSender(SenderPlace place) : FileSender(place)
{
    private Process? _program;
    private int _nudges;

    public override string Kind => "syslog";

    public override bool IsAnswered => false;

    public override bool HasIds => false;

    public override bool IsInOrder => false;

    public override string Source =>
        $"  {Place.Name}: {{ kind: syslog, ledger: {Place.Ledger}, listen: 127.0.0.1:{Place.Port}, "
        + "auth: { certificates: [\"spiffe://dev.ledgerstore.test/appender\"] } }";

    public override async Task RunAsync(CancellationToken stop)
    {
        await WriteAsync(0, 0);
        _program = Start();
        await base.RunAsync(stop);
    }

    public override Task NudgeAsync() => _program is { HasExited: false }
        ? WriteAsync(Place.Records + _nudges++, 1)
        : throw new InvalidOperationException($"{Place.Name} ended");

    public override void Dispose()
    {
        if (_program is { HasExited: false })
        {
            _program.Kill(entireProcessTree: true);
            _program.WaitForExit();
        }

        _program?.Dispose();
        base.Dispose();
    }

    protected abstract Process Start();
}

/// <summary>Debian's rsyslog.</summary>
internal sealed class RsyslogSender(SenderPlace place) : SyslogSender(place)
{
    public const string Program = "/usr/sbin/rsyslogd";

    protected override Process Start()
    {
        string configuration = Place.In("rsyslog.conf");
        System.IO.File.WriteAllText(configuration, $$"""
            global(workDirectory="{{Place.Home}}"
                   defaultNetstreamDriverCAFile="{{Place.CaFile}}"
                   defaultNetstreamDriverCertFile="{{Place.CertificateFile}}"
                   defaultNetstreamDriverKeyFile="{{Place.KeyFile}}")
            module(load="imfile" PollingInterval="1")
            input(type="imfile" File="{{File}}" Tag="app:" ruleset="ledger")
            ruleset(name="ledger") {
              action(type="omfwd" Target="localhost" Port="{{Place.Port}}" Protocol="tcp"
                     StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="anon"
                     TCP_Framing="octet-counted" Template="RSYSLOG_SyslogProtocol23Format"
                     queue.type="LinkedList" queue.filename="ledger" queue.maxDiskSpace="1g"
                     queue.saveOnShutdown="on" action.resumeRetryCount="-1" action.resumeInterval="1")
            }

            """);
        return Process.Start(new ProcessStartInfo(Program, ["-n", "-f", configuration, "-i", Place.In("pid")])
        {
            UseShellExecute = false,
        })!;
    }
}

/// <summary>Debian's syslog-ng, unpacked beside rsyslog.</summary>
internal sealed class SyslogNgSender(SenderPlace place) : SyslogSender(place)
{
    public const string Program = Folder + "/usr/sbin/syslog-ng";
    private const string Folder = "/opt/syslog-ng";

    protected override Process Start()
    {
        string configuration = Place.In("syslog-ng.conf");
        System.IO.File.WriteAllText(configuration, $$"""
            @version: 3.38
            options { time-reopen(1); };
            source lines { file("{{File}}" follow-freq(0.1) flags(no-parse)); };
            destination ledger {
              syslog("localhost" port({{Place.Port}}) transport("tls")
                tls(ca-file("{{Place.CaFile}}") peer-verify(required-trusted)
                    cert-file("{{Place.CertificateFile}}") key-file("{{Place.KeyFile}}"))
                disk-buffer(reliable(yes) disk-buf-size(268435456) mem-buf-size(1048576)
                            dir("{{Place.Home}}")));
            };
            log { source(lines); destination(ledger); flags(flow-control); };

            """);
        return Process.Start(new ProcessStartInfo(
            Program,
            [
                "-F", "-f", configuration, "-R", Place.In("persist"), "-p", Place.In("pid"), "-c", Place.In("control"),
                "--no-caps", "--module-path", Folder + "/usr/lib/syslog-ng/3.38",
            ])
        {
            UseShellExecute = false,
            Environment = { ["LD_LIBRARY_PATH"] = Folder + "/usr/lib/syslog-ng" },
        })!;
    }
}
