// Each target gets what its protocol says: mail, syslog with and without TLS, webhooks; and a queue sends again what
// was not taken, in its order, and goes on after a restart where it was.

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using LedgerStore.Guard;
using LedgerStore.Pki;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class TargetTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-targets-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Mail_has_one_header_for_one_alert_whatever_is_in_it()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Task<string> received = ReceiveMailAsync(listener);
        MailSender mail = new(new MailTarget(
            "127.0.0.1", port, MailTls.None, null, null, null, "guard@example.org", ["ops@example.org"]));
        await mail.SendAsync(
            [AlertSamples.Make("eve did it\r\nBcc: all@example.org\r\n\r\nhello", AlertState.Firing)], default);
        string text = await received;
        string headers = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.Contains("Subject: [critical] eve did it", headers, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nBcc:", headers, StringComparison.Ordinal);
        Assert.Contains("cause    2 entries: 3, 5", text, StringComparison.Ordinal);
        Assert.Contains("RCPT TO:<ops@example.org>", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Syslog_messages_are_counted_and_escaped(bool isTls)
    {
        PkiDirectory pki = DevelopmentPki.Ensure(
            Path.Combine(_home, "pki"), "example.org", [], TimeProvider.System.GetUtcNow());
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Task<byte[]> received = ReceiveAllAsync(listener, isTls ? pki : null);
        SyslogSender syslog = new(new SyslogTarget("localhost", port, isTls, isTls ? pki.AuthorityFile : null));
        await syslog.SendAsync(
            [AlertSamples.Make("one\nline", AlertState.Firing), AlertSamples.Make("two", AlertState.Resolved)],
            default);
        string[] messages = [.. Frames(await received)];
        Assert.Equal(2, messages.Length);
        Assert.StartsWith("<106>1 2026-11-02T00:00:00.000000Z ", messages[0], StringComparison.Ordinal);
        Assert.EndsWith("] \uFEFFone line", messages[0], StringComparison.Ordinal);
        Assert.Contains("state=\"resolved\"", messages[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_whose_certificate_is_of_nobody_we_trust_gets_nothing()
    {
        PkiDirectory pki = DevelopmentPki.Ensure(
            Path.Combine(_home, "a"), "example.org", [], TimeProvider.System.GetUtcNow());
        PkiDirectory other = DevelopmentPki.Ensure(
            Path.Combine(_home, "b"), "example.org", [], TimeProvider.System.GetUtcNow());
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<byte[]> received = ReceiveAllAsync(listener, pki);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        SyslogSender syslog = new(new SyslogTarget("localhost", port, IsTls: true, other.AuthorityFile));
        _ = await Assert.ThrowsAnyAsync<Exception>(
            () => syslog.SendAsync([AlertSamples.Make("secret", AlertState.Firing)], default));
        byte[] got = [];
        _ = await Record.ExceptionAsync(async () => got = await received);
        Assert.Empty(got);
    }

    [Fact]
    public void A_webhook_gets_the_json_of_version_4()
    {
        using JsonDocument json = JsonDocument.Parse(
            WebhookSender.Message(AlertSamples.Make("s", AlertState.Resolved)));
        Assert.Equal("4", json.RootElement.GetProperty("version").GetString());
        JsonElement alert = json.RootElement.GetProperty("alerts")[0];
        Assert.Equal("resolved", alert.GetProperty("status").GetString());
        Assert.Equal("p\"]\\", alert.GetProperty("labels").GetProperty("by__producer").GetString());
        Assert.Equal("2026-11-02T00:00:00.000000Z", alert.GetProperty("endsAt").GetString());
    }

    [Fact]
    public async Task What_was_not_taken_is_sent_again_and_a_restart_goes_on_behind_what_was()
    {
        string cursor = Path.Combine(_home, "sent");
        AlertBook book = new();
        Flaky target = new(failures: 2);
        TargetQueue queue = new(target, cursor, TimeProvider.System);
        queue.Restore(book);
        Alert[] alerts = [.. Enumerable.Range(0, 4).Select(i => AlertSamples.Make($"{i}", AlertState.Firing))];
        for (int i = 0; i < alerts.Length; i++)
        {
            book.Appended((ulong)i, (ulong)i + 1, alerts[i]);
        }

        using CancellationTokenSource end = new();
        Task running = queue.RunAsync(end.Token);
        queue.Put(new Outgoing(alerts[0], 0));
        await target.UntilAsync(1);
        queue.Put(new Outgoing(alerts[1], 1));
        await target.UntilAsync(2);
        await end.CancelAsync();
        _ = await Record.ExceptionAsync(() => running);

        Flaky again = new(failures: 0);
        TargetQueue next = new(again, cursor, TimeProvider.System);
        next.Restore(book);
        using CancellationTokenSource later = new();
        Task second = next.RunAsync(later.Token);
        await again.UntilAsync(2);
        await later.CancelAsync();
        _ = await Record.ExceptionAsync(() => second);
        Assert.Equal(["0", "1"], target.Taken);
        Assert.Equal(["2", "3"], again.Taken.TakeLast(2));
        Assert.True(target.Attempts >= 4);
    }

    private static async Task<string> ReceiveMailAsync(TcpListener listener)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        using StreamReader reader = new(client.GetStream(), Encoding.UTF8);
        await using StreamWriter writer = new(client.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 test");
        StringBuilder text = new();
        StringBuilder commands = new();
        while (await reader.ReadLineAsync() is { } line)
        {
            _ = commands.Append(line).Append("\r\n");
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync() is { } data && data != ".")
                {
                    _ = text.Append(data).Append("\r\n");
                }
            }

            await writer.WriteLineAsync(line == "QUIT" ? "221 bye" : "250 ok");
            if (line == "QUIT")
            {
                break;
            }
        }

        return text.ToString() + commands;
    }

    private static async Task<byte[]> ReceiveAllAsync(TcpListener listener, PkiDirectory? pki)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        Stream stream = client.GetStream();
        if (pki is not null)
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(
                pki.ServerCertificateFile, pki.ServerKeyFile);
            SslStream tls = new(stream);
            await tls.AuthenticateAsServerAsync(pem);
            stream = tls;
        }

        using MemoryStream all = new();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    private static IEnumerable<string> Frames(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int space = Array.IndexOf(bytes, (byte)' ', at);
            int length = int.Parse(Encoding.ASCII.GetString(bytes, at, space - at), null);
            yield return Encoding.UTF8.GetString(bytes, space + 1, length);
            at = space + 1 + length;
        }
    }

    private sealed class Flaky(int failures) : ITarget
    {
        private readonly SemaphoreSlim _arrived = new(0);
        private int _seen;

        public string Name => "flaky";

        public List<string> Taken { get; } = [];

        public int Attempts { get; private set; }

        public Task SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellation)
        {
            Attempts++;
            if (Attempts <= failures)
            {
                throw new IOException("not now");
            }

            Taken.AddRange(alerts.Select(static one => one.Says));
            _ = _arrived.Release(alerts.Count);
            return Task.CompletedTask;
        }

        public async Task UntilAsync(int count)
        {
            for (; _seen < count; _seen++)
            {
                Assert.True(await _arrived.WaitAsync(TimeSpan.FromMinutes(2)));
            }
        }
    }
}
