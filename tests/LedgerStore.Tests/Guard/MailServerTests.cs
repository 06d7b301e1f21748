// Alerts as mail, to a real server of SMTP that is not ours: with STARTTLS and a password, with TLS from the first
// byte, and not to one whose certificate nobody vouches for, or that knows no TLS.

using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Guard;
using LedgerStore.Pki;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class MailServerTests : IDisposable
{
    private const string User = "guard";
    private const string Password = "a password of the tests";

    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-mail-").FullName;
    private readonly PkiDirectory _pki;

    public MailServerTests()
    {
        _pki = DevelopmentPki.Ensure(
            Path.Combine(_home, "pki"), "example.org", [], TimeProvider.System.GetUtcNow());
        File.WriteAllText(Path.Combine(_home, "password"), Password + "\n");
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mail_arrives_over_tls_from_whoever_has_the_password(bool isImplicit)
    {
        await using MailServer server = MailServer.Start(_pki, isImplicit);
        MailTls tls = isImplicit ? MailTls.Implicit : MailTls.StartTls;
        MailSender mail = new(Target(server.Port, tls, _pki.AuthorityFile));
        await mail.SendAsync(
            [AlertSamples.Make("Ämter: eve did it", AlertState.Firing), AlertSamples.Make("eve", AlertState.Resolved)],
            default);
        (MimeMessage first, bool isSecret, string? user) = server.Received[0];
        Assert.Equal(2, server.Received.Count);
        Assert.True(isSecret);
        Assert.Equal(User, user);
        Assert.Equal("[critical] Ämter: eve did it", first.Subject);
        Assert.Equal("[critical] resolved: eve", server.Received[1].Message.Subject);
        Assert.Equal("ops@example.org", Assert.Single(first.To.Mailboxes).Address);
        Assert.Contains("cause    2 entries: 3, 5", first.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_nobody_that_we_trust_gets_neither_password_nor_mail()
    {
        PkiDirectory other = DevelopmentPki.Ensure(
            Path.Combine(_home, "other"), "example.org", [], TimeProvider.System.GetUtcNow());
        await using MailServer server = MailServer.Start(_pki, isImplicit: false);
        MailSender mail = new(Target(server.Port, MailTls.StartTls, other.AuthorityFile));
        _ = await Assert.ThrowsAnyAsync<Exception>(
            () => mail.SendAsync([AlertSamples.Make("secret", AlertState.Firing)], default));
        Assert.Empty(server.Received);
        Assert.Empty(server.Passwords);
    }

    [Fact]
    public async Task A_server_without_tls_is_refused()
    {
        await using MailServer server = MailServer.Start(pki: null, isImplicit: false);
        MailSender mail = new(Target(server.Port, MailTls.StartTls, _pki.AuthorityFile));
        _ = await Assert.ThrowsAnyAsync<Exception>(
            () => mail.SendAsync([AlertSamples.Make("secret", AlertState.Firing)], default));
        Assert.Empty(server.Received);
        Assert.Empty(server.Passwords);
    }

    private MailTarget Target(int port, MailTls tls, string ca) => new(
        "localhost", port, tls, ca, User, Path.Combine(_home, "password"), "guard@example.org", ["ops@example.org"]);

    private sealed class MailServer : MessageStore, IUserAuthenticator, IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private Task _running = Task.CompletedTask;

        public int Port { get; } = Ports.Free();

        public List<(MimeMessage Message, bool IsSecret, string? User)> Received { get; } = [];

        public List<string> Passwords { get; } = [];

        public static MailServer Start(PkiDirectory? pki, bool isImplicit)
        {
            MailServer server = new();
            ISmtpServerOptions options = new SmtpServerOptionsBuilder()
                .ServerName("localhost")
                .Endpoint(endpoint =>
                {
                    _ = endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, server.Port)).IsSecure(isImplicit)
                        .AuthenticationRequired(pki is not null).AllowUnsecureAuthentication(pki is null);
                    if (pki is not null)
                    {
                        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(
                            pki.ServerCertificateFile, pki.ServerKeyFile);
                        _ = endpoint.Certificate(
                            X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
                    }
                })
                .Build();
            SmtpServer.ComponentModel.ServiceProvider services = new();
            services.Add((IMessageStore)server);
            services.Add((IUserAuthenticator)server);
            SmtpServer.SmtpServer smtp = new(options, services);
            server._running = smtp.StartAsync(server._end.Token);
            return server;
        }

        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            using MemoryStream bytes = new(buffer.ToArray());
            Received.Add((
                MimeMessage.Load(bytes, cancellationToken), context.Pipe.IsSecure, context.Authentication?.User));
            return Task.FromResult(SmtpResponse.Ok);
        }

        public Task<bool> AuthenticateAsync(
            ISessionContext context, string user, string password, CancellationToken cancellationToken)
        {
            Passwords.Add(password);
            return Task.FromResult(user == User && password == Password);
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }
    }
}
