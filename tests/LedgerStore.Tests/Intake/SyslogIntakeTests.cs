// Syslog over TLS: framing, both formats, and a real rsyslog where there is one.

using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Server;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class SyslogIntakeTests
{
    private const string New = "<34>1 2026-11-30T16:00:00.003Z host app 17 ID47 [ex@1 a=\"b\\\"]\"] started";
    private const string Old = "<13>Nov 30 16:00:00 host app: started";

    private const string SyslogNg = "/opt/syslog-ng";

    private const string Configuration = """
        tls: { certificate: server.pem, key: server.key, client_ca: ca.pem }
        sources:
          app:
            kind: syslog
            ledger: demo
            listen: 127.0.0.1:0
            auth: { certificates: ["spiffe://example.org/sender"] }

        """;

    [Theory]
    [InlineData("3 abc4 defg", "abc|defg")]
    [InlineData("3 abc\n4 defg\n", "abc|defg")]
    [InlineData("abc\r\ndefg\n", "abc|defg")]
    [InlineData("<1>x\n5 <2>\nyz\n", "<1>x|<2>\ny|z")]
    [InlineData("0 a\n", "0 a")]
    [InlineData("99999999 a\n", "99999999 a")]
    public void Messages_are_cut_by_length_or_by_line(string sent, string expected) =>
        Assert.Equal(expected, string.Join('|', Cut(Bytes(sent), out _).Select(Text)));

    [Theory]
    [InlineData("5 abc")]
    [InlineData("5")]
    [InlineData("abc")]
    public void A_message_that_is_not_whole_waits_for_more(string sent)
    {
        Assert.Empty(Cut(Bytes(sent), out int left));
        Assert.Equal(sent.Length, left);
    }

    [Fact]
    public void A_line_without_an_end_is_cut_and_kept()
    {
        byte[] endless = Bytes(new string('x', IntakeLimits.LineBytes + 10));
        Assert.Equal(IntakeLimits.LineBytes, Assert.Single(Cut(endless, out int left)).Length);
        Assert.Equal(10, left);
    }

    [Theory]
    [InlineData(New, null, false)]
    [InlineData("<0>1 - - - - - -", null, false)]
    [InlineData("<191>1 2026-11-30T16:00:00Z h a p m [a][b c=\"]\"] \u00fc", null, false)]
    [InlineData(Old, "rfc3164", false)]
    [InlineData("<34>1 2026 host app 17 ID47 [open", "rfc3164", false)]
    [InlineData("<34>", "rfc3164", false)]
    [InlineData("<192>1 - - - - - -", null, true)]
    [InlineData("started", null, true)]
    public void A_message_is_known_by_its_form(string message, string? mark, bool isOpaque)
    {
        ParsedEvent parsed = SyslogMessages.Parse(Bytes(message));
        Assert.Equal((message, mark, isOpaque), (Text(parsed.Body), parsed.Mark, parsed.Opaque is not null));
        Fuzz.CheckForm(parsed);
    }

    [Fact]
    public void Whatever_is_sent_all_of_it_is_in_messages() => Fuzz.Run(
        [$"{New.Length} {New}{Old.Length} {Old}", New + "\n" + Old + "\r\n", "7 <1>1 - "],
        body =>
        {
            List<ReadOnlyMemory<byte>> messages = Cut(body, out int left);
            Assert.All(messages, message => Fuzz.CheckForm(SyslogMessages.Parse(message)));
            int length = messages.Sum(message => message.Length) + left;
            Assert.InRange(length, body.Count(each => !Between(each)), body.Length);
        });

    [Fact]
    public async Task Messages_of_a_connection_are_stored_in_order()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        StringBuilder sent = new();
        for (int i = 0; i < 500; i++)
        {
            string message = $"{(i % 2 == 0 ? New : Old)} {i}";
            sent.Append($"{message.Length} {message}");
        }

        await SendAsync(intake, "sender", sent + "12 <13>cut");
        while (intake.Counters.Stored < 501)
        {
            await Task.Delay(5);
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(Enumerable.Range(0, 500), records[..500].Select(
            each => int.Parse(RunningIntake.TextOf(each).Split(' ')[^1])));
        Assert.Equal(250, records.Count(each => each.Mark == "rfc3164"));
        Assert.Equal("cut by the end of the connection", records[500].Opaque);
        Assert.All(records, each => Assert.Equal("spiffe://example.org/sender", each.Sender));
    }

    [Fact]
    public async Task Who_has_no_certificate_of_the_source_is_not_read()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        await SendAsync(intake, "idle", $"{New.Length} {New}");
        await SendAsync(intake, null, $"{New.Length} {New}");
        while (intake.Counters.Refused < 2)
        {
            await Task.Delay(5);
        }

        Assert.Empty(await intake.PayloadsAsync());
    }

    [ProgramFact("/usr/sbin/rsyslogd")]
    public async Task Rsyslog_sends_over_tls_and_loses_nothing()
    {
        const int count = 1000;
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        ServerPki.WriteTo(intake.Folder.Path, "sender");
        string input = intake.Folder.File("input.log"), configuration = intake.Folder.File("rsyslog.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            global(workDirectory="{{intake.Folder.Path}}"
                   defaultNetstreamDriverCAFile="{{intake.Folder.File("ca.pem")}}"
                   defaultNetstreamDriverCertFile="{{intake.Folder.File("sender.pem")}}"
                   defaultNetstreamDriverKeyFile="{{intake.Folder.File("sender.key")}}")
            module(load="imfile" PollingInterval="1")
            input(type="imfile" File="{{input}}" Tag="app:" ruleset="ledger")
            ruleset(name="ledger") {
              action(type="omfwd" Target="127.0.0.1" Port="{{intake.Intake.AddressOf("app").Port}}" Protocol="tcp"
                     StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="anon"
                     TCP_Framing="octet-counted" Template="RSYSLOG_SyslogProtocol23Format"
                     queue.type="LinkedList" queue.filename="ledger" queue.saveOnShutdown="on"
                     action.resumeRetryCount="-1")
            }

            """);
        await using SenderProcess rsyslog = new(
            "rsyslogd", "-n", "-f", configuration, "-i", intake.Folder.File("pid"));
        await File.WriteAllLinesAsync(input, Enumerable.Range(0, count).Select(i => $"line {i}"));
        await rsyslog.RunUntilAsync(() => intake.Counters.Stored >= count);

        // Its queue sends a batch that it had to try again behind later ones.
        AssertLines(await intake.RecordsAsync(), count);
    }

    /// <summary>Its package and rsyslog's exclude each other, so that it is unpacked beside (.ci/run).</summary>
    [ProgramFact(SyslogNg + "/usr/sbin/syslog-ng")]
    public async Task Syslog_ng_sends_over_tls_and_loses_nothing()
    {
        const int count = 1000;
        await using RunningIntake intake = await RunningIntake.StartAsync(Configuration);
        ServerPki.WriteTo(intake.Folder.Path, "sender");
        string input = intake.Folder.File("input.log"), configuration = intake.Folder.File("syslog-ng.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            @version: 3.38
            source lines { file("{{input}}" follow-freq(0.1) flags(no-parse)); };
            destination ledger {
              syslog("localhost" port({{intake.Intake.AddressOf("app").Port}}) transport("tls")
                tls(ca-file("{{intake.Folder.File("ca.pem")}}") peer-verify(required-trusted)
                    cert-file("{{intake.Folder.File("sender.pem")}}")
                    key-file("{{intake.Folder.File("sender.key")}}"))
                disk-buffer(reliable(yes) disk-buf-size(1048576) mem-buf-size(1048576)
                            dir("{{intake.Folder.Path}}")));
            };
            log { source(lines); destination(ledger); flags(flow-control); };

            """);
        await File.WriteAllLinesAsync(input, Enumerable.Range(0, count).Select(i => $"line {i}"));
        await using SenderProcess syslog = new(new ProcessStartInfo(
            SyslogNg + "/usr/sbin/syslog-ng",
            [
                "-F", "-f", configuration, "-R", intake.Folder.File("persist"), "-p", intake.Folder.File("pid"),
                "-c", intake.Folder.File("control"), "--no-caps",
                "--module-path", SyslogNg + "/usr/lib/syslog-ng/3.38",
            ])
        {
            Environment = { ["LD_LIBRARY_PATH"] = SyslogNg + "/usr/lib/syslog-ng" },
        });
        await syslog.RunUntilAsync(() => intake.Counters.Stored >= count);
        AssertLines(await intake.RecordsAsync(), count);
    }

    private static void AssertLines(List<IntakeRecord> records, int count)
    {
        Assert.Equal(
            Enumerable.Range(0, count),
            records.Select(each => int.Parse(RunningIntake.TextOf(each).Split("line ")[^1])).Distinct().Order());
        Assert.All(records, each => Assert.Null(each.Mark));
        Assert.All(records, each => Assert.Null(each.Opaque));
    }

    private static async Task SendAsync(RunningIntake intake, string? sender, string text)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", intake.Intake.AddressOf("app").Port);
        await using SslStream tls = new(client.GetStream());
        SslClientAuthenticationOptions options = HttpIntakeTests.TlsOf(sender);
        options.TargetHost = "localhost";
        try
        {
            await tls.AuthenticateAsClientAsync(options);
            await tls.WriteAsync(Bytes(text));
            await tls.ShutdownAsync();
        }
        catch (IOException)
        {
            // Who is refused may see the connection end in the middle of a write.
        }
    }

    private static List<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> bytes, out int left)
    {
        List<ReadOnlyMemory<byte>> messages = [];
        while (SyslogFrames.TryCut(bytes, out ReadOnlyMemory<byte> message, out int used))
        {
            Assert.InRange(used, 1, bytes.Length);
            bytes = bytes[used..];
            if (!message.IsEmpty)
            {
                messages.Add(message);
            }
        }

        left = bytes.Length;
        return messages;
    }

    // What may stand between messages: their lengths, line feeds, spaces.
    private static bool Between(byte each) => each is (byte)' ' or (byte)'\r' or (byte)'\n' or 0 or (>= 48 and <= 57);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
