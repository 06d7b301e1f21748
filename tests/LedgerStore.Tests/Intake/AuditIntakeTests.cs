// Records of auditd: the frames of audisp-remote, and the real one behind stunnel, over a restart of the intake.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Intake.Doors;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Server;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class AuditIntakeTests
{
    private const string Record = "node=web1 type=SYSCALL msg=audit(1700000000.123:77): arch=c000003e syscall=59";

    [Fact]
    public void Messages_are_answered_by_their_numbers()
    {
        AuditDialect dialect = new();
        List<ParsedEvent> events = [];
        byte[] sent =
        [
            .. Message(7, Record), .. Message(8, ""), .. Message(9, "no record\n", type: 1), .. Message(10, "x\n"),
        ];
        ReadOnlyMemory<byte> rest = sent;
        for (int taken = 1; taken < AuditFrames.HeaderBytes; taken++)
        {
            Assert.False(dialect.TryTake(rest[..taken], events, out _));
        }

        while (dialect.TryTake(rest, events, out int used))
        {
            rest = rest[used..];
        }

        Assert.True(rest.IsEmpty);
        Assert.Equal([Record, "x"], events.Select(each => Encoding.UTF8.GetString(each.Body.Span)));
        Assert.StartsWith("1700000000.123:77/", events[0].Id, StringComparison.Ordinal);
        Assert.Contains("no record", events[1].Opaque, StringComparison.Ordinal);
        byte[] answer = dialect.Answer(whyLater: null).ToArray();
        Assert.Equal(
            [.. AuditFrames.Header(0x40000000, 0, 7), .. AuditFrames.Header(0x40000000, 0, 8),
                .. AuditFrames.Header(0x40000000, 0, 9), .. AuditFrames.Header(0x40000000, 0, 10)],
            answer);
        Assert.True(dialect.Answer(whyLater: null).IsEmpty);
        Assert.True(dialect.TryTake(Message(11, Record), events, out _));
        Assert.Equal(
            [.. AuditFrames.Header(0x60000001, 4, 11), .. "full"u8], dialect.Answer("full").ToArray());
    }

    [Fact]
    public void The_header_is_the_one_of_audit_userspace() => Assert.Equal(
        "FE0000FF" + "00" + "00" + "01000060" + "0201" + "04030201",
        Convert.ToHexString(AuditFrames.Header(0x60000001, 0x0102, 0x01020304)));

    [Theory]
    [InlineData("type=A msg=audit(1.2:3): x", "1.2:3/")]
    [InlineData("type=A msg=audit(): x", null)]
    [InlineData("type=A msg=audit(1.2:3", null)]
    [InlineData("type=A msg=audit(1.2:3x): y", null)]
    [InlineData("", null)]
    public void A_record_is_known_by_its_stamp(string line, string? id)
    {
        ParsedEvent parsed = AuditRecords.Parse(Encoding.UTF8.GetBytes(line));
        Assert.Equal(id, parsed.Id?[..(parsed.Id.IndexOf('/') + 1)]);
        Assert.Equal(id is null, parsed.Opaque is not null);
    }

    [Fact]
    public void Whatever_is_sent_all_of_it_is_in_messages() => Fuzz.Run(
        [
            [.. Message(1, Record), .. Message(2, "type=A msg=audit(1.2:3): x\n")],
            Encoding.UTF8.GetBytes(Record + "\ntype=B\n"), Message(3, "", type: 1),
        ],
        body =>
        {
            ReadOnlyMemory<byte> rest = body;
            while (AuditFrames.TryCut(rest, out AuditFrame frame, out int used))
            {
                Assert.InRange(used, 1, rest.Length);
                Assert.InRange(used - frame.Message.Length, 0, ushort.MaxValue + AuditFrames.HeaderBytes);
                Assert.True(frame.Number is not null || used - frame.Message.Length <= 1);
                if (!frame.Message.IsEmpty)
                {
                    Fuzz.CheckForm(AuditRecords.Parse(frame.Message));
                }

                rest = rest[used..];
            }
        });

    /// <summary>Its configuration has one place only, so that it runs in a mount namespace of its own.</summary>
    [ProgramFact("/sbin/audisp-remote", "stunnel")]
    public async Task Audisp_remote_sends_through_stunnel_and_every_record_is_stored_once()
    {
        const int count = 120;
        int port = Ports.Free(), local = Ports.Free();
        string configuration = $$"""
            tls: { certificate: server.pem, key: server.key, client_ca: ca.pem }
            sources:
              app:
                kind: audisp
                ledger: demo
                listen: 127.0.0.1:{{port}}
                auth: { certificates: ["spiffe://example.org/sender"] }

            """;
        await using RunningIntake intake = await RunningIntake.StartAsync(configuration);
        ServerPki.WriteTo(intake.Folder.Path, "sender");
        string tunnel = intake.Folder.File("stunnel.conf"), remote = intake.Folder.File("audisp-remote.conf");
        await File.WriteAllTextAsync(tunnel, $"""
            foreground = yes
            pid =
            [ledger]
            client = yes
            accept = 127.0.0.1:{local}
            connect = 127.0.0.1:{port}
            cert = {intake.Folder.File("sender.pem")}
            key = {intake.Folder.File("sender.key")}
            CAfile = {intake.Folder.File("ca.pem")}
            verifyChain = yes
            checkHost = localhost

            """);
        await File.WriteAllTextAsync(remote, $"""
            remote_server = 127.0.0.1
            port = {local}
            transport = tcp
            mode = immediate
            queue_depth = 10240
            format = managed
            network_retry_time = 1
            max_tries_per_record = 1000
            max_time_per_record = 600
            network_failure_action = warn_once
            disk_full_action = warn_once
            remote_ending_action = reconnect

            """);
        await using SenderProcess stunnel = new("stunnel", tunnel);
        await using SenderProcess audisp = new(
            "unshare", "-m", "sh", "-c",
            $"mount --bind {remote} /etc/audit/audisp-remote.conf && exec /sbin/audisp-remote");
        int sent = await SendAsync(audisp, intake, first: 0, count / 2);
        await intake.RestartAsync(configuration);
        sent = await SendAsync(audisp, intake, sent, count / 2);
        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.InRange(records.Count, count, sent);
        Assert.Equal(Enumerable.Range(0, records.Count).Select(LineOf), records.Select(RunningIntake.TextOf));
        Assert.All(records, each => Assert.Equal("spiffe://example.org/sender", each.Sender));
        Assert.All(records, each => Assert.NotNull(each.Id));
    }

    /// <summary>Until so many are stored: it connects again only when there is something new.</summary>
    private static async Task<int> SendAsync(SenderProcess audisp, RunningIntake intake, int first, int count)
    {
        int next = first;
        while (intake.Counters.Stored < count)
        {
            for (int end = Math.Max(next + 1, first + count); next < end; next++)
            {
                await audisp.Input.WriteAsync(LineOf(next) + "\n");
            }

            await audisp.Input.FlushAsync();
            await Task.Delay(100);
        }

        return next;
    }

    private static string LineOf(int i) =>
        $"node=web1 type=SYSCALL msg=audit({1700000000 + i}.123:{i / 3}): arch=c000003e syscall=59";

    private static byte[] Message(uint number, string text, uint type = 0) =>
        [.. AuditFrames.Header(type, Encoding.UTF8.GetByteCount(text), number), .. Encoding.UTF8.GetBytes(text)];
}
