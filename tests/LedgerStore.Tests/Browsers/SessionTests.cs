// What somebody who is in may do, and for how long: read and verify by the policy, with the sign-in that it demands;
// and nothing once they are out, whoever has their cookie.

using System.Net;
using System.Net.Security;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Browsers;
using LedgerStore.Tests.Server;
using Xunit;

namespace LedgerStore.Tests.Browsers;

public sealed class SessionTests : IAsyncLifetime
{
    private static readonly string[] s_groups = ["auditors", "others"];
    private static readonly string[] s_password = ["pwd"];

    private HostileProvider _provider = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _provider = await HostileProvider.StartAsync();
        _server = await SignInServer.StartAsync(_provider.Issuer);
        await _server.Connect("writer").AppendAsync("demo", "a", "b");
        await _server.Store.GetLedger("demo").WaitForCheckpointAsync(2);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_request_without_the_pages_header_or_from_another_page_does_nothing_and_is_recorded()
    {
        using Visitor anna = await EnterAsync("anna", static _ => { });
        using Visitor forged = anna.Thief(_server);
        foreach ((string name, string value, string path) in new[]
        {
            (BrowserCheck.HeaderName, "1", "/sign-out"),
            (BrowserCheck.HeaderName, "", "/ledgerstore.v1.Catalog/ListLedgers"),
            ("Origin", "https://evil.example.org", "/sign-out"),
            ("Origin", "null", "/ledgerstore.v1.Catalog/ListLedgers"),
            ("Sec-Fetch-Site", "cross-site", "/ledgerstore.v1.Catalog/ListLedgers"),
            ("Host", "evil.example.org", "/ledgerstore.v1.Catalog/ListLedgers"),
        })
        {
            forged.Headers.Clear();
            forged.Headers[name] = value;
            using HttpResponseMessage refused = await forged.PostAsync(path);
            Assert.True(refused.StatusCode == HttpStatusCode.Forbidden, $"{name}: {value} got {refused.StatusCode}");
        }

        Assert.Equal(["a", "b"], await anna.RecordsAsync("demo"));
        List<Denials> denied = await SignInServer.DenialsAsync(_server);
        Assert.Equal(6, denied.Count(each => each is { Call: "console/request", Person: "anna (anna@example.org)" }));
    }

    [Fact]
    public async Task A_cookie_is_worth_nothing_after_its_owner_signed_out()
    {
        using Visitor anna = await EnterAsync("anna", static _ => { });
        using Visitor thief = anna.Thief(_server);
        using AsyncServerStreamingCall<ReadResponse> open = thief.Read("demo", follow: true);
        Assert.True(await open.ResponseStream.MoveNext(default));
        using (HttpResponseMessage left = await anna.PostAsync("/sign-out"))
        {
            Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        }

        Assert.Equal(StatusCode.Unauthenticated, (await EndOfAsync(open)).StatusCode);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => thief.RecordsAsync("demo"));
        Assert.Equal((StatusCode.Unauthenticated, "SIGN_IN"), (refused.StatusCode, refused.Info!.Reason));
        Assert.Equal(string.Empty, await thief.LoadAsync());
        List<Event> recorded = await _server.ReadAuditAsync();
        Assert.Single(recorded, each => each.Access is
        { Call: "console/sign-out", Identity: "anna", Person: "anna (anna@example.org)" });
        Assert.Contains(
            recorded, each => each.Denials?.Reason.StartsWith("SESSION_MISSING", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Reading_may_need_a_stronger_or_younger_sign_in_than_verifying()
    {
        using Visitor member = await EnterAsync("dora", static claims =>
        {
            claims["groups"] = s_groups;
            claims["amr"] = s_password;
        });
        Assert.Equal(2ul, (await member.CheckpointAsync("demo")).Size);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => member.RecordsAsync("demo"));
        Assert.Equal((StatusCode.PermissionDenied, "SIGN_IN_AGAIN"), (refused.StatusCode, refused.Info!.Reason));
        Assert.Contains("\"mfa\"", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("prompt=login", (await member.BeginAsync("?again")).Query, StringComparison.Ordinal);

        await member.SignInAsync(_provider, "dora", claims =>
        {
            claims["groups"] = s_groups;
            claims["auth_time"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1_200;
        });
        await member.LoadAsync();
        Assert.Equal(
            "SIGN_IN_AGAIN",
            (await Assert.ThrowsAsync<RpcException>(() => member.RecordsAsync("demo"))).Info!.Reason);

        await member.SignInAsync(_provider, "dora", static claims => claims["groups"] = s_groups);
        await member.LoadAsync();
        Assert.Equal(["a", "b"], await member.RecordsAsync("demo"));
        List<Event> recorded = await _server.ReadAuditAsync();
        Assert.Equal(2, recorded.Count(each => each.Denials is
        { Identity: "auditors", Person: "dora (dora@example.org)", Ledger: "demo" }));
        Assert.Contains(recorded, each => each.Access is
        { Identity: "auditors", Person: "dora (dora@example.org)", Call: "ledgerstore.v1.Reader/Read" });
    }

    [Fact]
    public async Task A_stream_ends_when_the_policy_takes_the_person_out()
    {
        using Visitor anna = await EnterAsync("anna", static _ => { });
        using AsyncServerStreamingCall<ReadResponse> open = anna.Read("demo", follow: true);
        Assert.True(await open.ResponseStream.MoveNext(default));
        _server.ChangePolicy(SignInServer.PolicyFor(_provider.Issuer)
            .Replace("subject: anna", "subject: former-anna", StringComparison.Ordinal));
        Assert.Equal(StatusCode.Unauthenticated, (await EndOfAsync(open)).StatusCode);
        Assert.Contains(
            "PERSON_UNKNOWN",
            await ReasonOfAsync(() => anna.RecordsAsync("demo")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_something_is_not_there_for_whoever_signed_in()
    {
        using Visitor anna = await EnterAsync("anna", static _ => { });
        foreach (IMethod method in new IMethod[]
        {
            LedgerMethods.Append, LedgerMethods.AppendStream, LedgerMethods.CreateLedger, LedgerMethods.GetStatus,
            LedgerMethods.SignOff, LedgerMethods.SetRetention, LedgerMethods.RotateKey,
        })
        {
            using HttpResponseMessage answer = await anna.PostAsync(method.FullName);
            string status = string.Join(' ', answer.Headers.TryGetValues("grpc-status", out var values) ? values : [])
                + await answer.Content.ReadAsStringAsync();
            Assert.Contains("12", status, StringComparison.Ordinal);
        }

        Assert.Equal(7, (await SignInServer.DenialsAsync(_server)).Sum(
            each => each.Reason == "there is no such method" ? (int)each.Count : 0));
    }

    [Fact]
    public async Task A_certificate_is_nobody_at_this_door()
    {
        using HttpClient http = new(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [ServerPki.Client("reader")],
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
        });
        using ByteArrayContent body = new([0, 0, 0, 0, 0]);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web+proto");
        Uri page = new($"https://localhost:{_server.Server.BrowserAddress!.Port}");
        using HttpResponseMessage answer =
            await http.PostAsync(new Uri(page, "/ledgerstore.v1.Catalog/ListLedgers"), body);
        Assert.True(
            answer.Headers.TryGetValues("grpc-status", out IEnumerable<string>? status) && status.Single() == "16",
            $"{answer}\n{string.Join('\n', _server.Errors.Lines)}");
    }

    private async Task<Visitor> EnterAsync(string subject, Action<Dictionary<string, object>> change)
    {
        Visitor visitor = new(_server);
        (HttpStatusCode status, string text) = await visitor.SignInAsync(_provider, subject, change);
        Assert.True(status == HttpStatusCode.OK, text);
        await visitor.LoadAsync();
        return visitor;
    }

    private static async Task<RpcException> EndOfAsync(AsyncServerStreamingCall<ReadResponse> open) =>
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await open.ResponseStream.MoveNext(default))
            {
            }
        });

    private async Task<string> ReasonOfAsync(Func<Task> call)
    {
        await Assert.ThrowsAsync<RpcException>(call);
        return (await SignInServer.DenialsAsync(_server))[^1].Reason;
    }
}
