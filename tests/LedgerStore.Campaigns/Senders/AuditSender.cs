// auditd's plugin audisp-remote, fed as auditd feeds it, with its queue in a file and through stunnel, as
// docs/INTAKE.md has it. Its configuration has one place only, so that it runs in a mount namespace of its own. One
// loop feeds it.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Records of auditd.</summary>
internal sealed class AuditSender(SenderPlace place, int localPort) : Sender(place)
{
    public const string Program = "/sbin/audisp-remote";
    public const string Tunnel = "/usr/bin/stunnel";

    // Its queue takes so many; what does not fit it drops, and says so in the host's log.
    private const int QueueRecords = 20_480;
    private const int AheadMax = 4_000;
    private const int BatchRecords = 50;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private Process? _tunnel;
    private Process? _audisp;
    private int _next;

    public override string Kind => "audisp";

    public override bool TellsRepeats => false;

    public override int UnderWay => 64 * 1024 / 60;

    public override string Source =>
        $"  {Place.Name}: {{ kind: audisp, ledger: {Place.Ledger}, listen: 127.0.0.1:{Place.Port}, "
        + "auth: { certificates: [\"spiffe://dev.ledgerstore.test/appender\"] } }";

    public override async Task RunAsync(CancellationToken stop)
    {
        await StartAsync();
        DateTime began = DateTime.UtcNow;
        while (_next < Place.Records)
        {
            await PaceAsync(_next, began, stop);
            ulong stored = await Place.Size() ?? 0;
            if (_next > (int)stored + AheadMax)
            {
                await Task.Delay(s_pause, stop);
                continue;
            }

            int count = Math.Min(BatchRecords, Place.Records - _next);
            Place.Tally.Acknowledge(_next, count);
            await FeedAsync(count);
        }
    }

    /// <summary>It connects again only when there is something new.</summary>
    public override Task NudgeAsync() => FeedAsync(1);

    public override void Dispose()
    {
        foreach (Process? each in new[] { _audisp, _tunnel })
        {
            if (each is { HasExited: false })
            {
                each.Kill(entireProcessTree: true);
                each.WaitForExit();
            }

            each?.Dispose();
        }

        base.Dispose();
    }

    private async Task FeedAsync(int count)
    {
        for (int end = _next + count; _next < end; _next++)
        {
            await _audisp!.StandardInput.WriteAsync(
                $"node=web1 type=SYSCALL msg=audit({1700000000 + (_next / 3)}.123:{_next / 3}): number=#{_next}#\n");
        }

        await _audisp!.StandardInput.FlushAsync();
    }

    private async Task StartAsync()
    {
        string tunnel = Place.In("stunnel.conf"), remote = Place.In("audisp-remote.conf");
        await File.WriteAllTextAsync(tunnel, $"""
            foreground = quiet
            pid =
            syslog = no
            [ledger]
            client = yes
            accept = 127.0.0.1:{localPort}
            connect = 127.0.0.1:{Place.Port}
            cert = {Place.CertificateFile}
            key = {Place.KeyFile}
            CAfile = {Place.CaFile}
            verifyChain = yes
            checkHost = localhost

            """);
        await File.WriteAllTextAsync(remote, $"""
            remote_server = 127.0.0.1
            port = {localPort}
            transport = tcp
            mode = forward
            queue_file = {Place.In("queue")}
            queue_depth = {QueueRecords}
            format = managed
            network_retry_time = 1
            max_tries_per_record = 1000
            max_time_per_record = 60
            network_failure_action = warn_once
            disk_full_action = warn_once
            remote_ending_action = reconnect

            """);
        _tunnel = Start(Tunnel, tunnel);
        _audisp = Start(
            "unshare", "-m", "sh", "-c",
            $"mount --bind {remote} /etc/audit/audisp-remote.conf && exec {Program}");
    }

    private static Process Start(string program, params string[] arguments)
    {
        Process started = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        started.ErrorDataReceived += (_, line) => { };
        started.BeginErrorReadLine();
        return started;
    }
}
