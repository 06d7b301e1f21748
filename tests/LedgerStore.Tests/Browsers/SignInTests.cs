// The way in by OpenID Connect: who gets in, who does not and is told why, and that all of it is on record. The
// provider is ours and lies where the test says so.

using System.Net;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Server;
using LedgerStore.WebPage;
using Xunit;

namespace LedgerStore.Tests.Browsers;

public sealed class SignInTests : IAsyncLifetime
{
    private HostileProvider _provider = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _provider = await HostileProvider.StartAsync();
        _server = await SignInServer.StartAsync(_provider.Issuer);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Somebody_whom_the_policy_names_gets_in_and_each_access_has_their_name()
    {
        await _server.Connect("writer").AppendAsync("demo", "a", "b");
        using Visitor anna = new(_server);
        Assert.Equal(string.Empty, await anna.LoadAsync());
        (HttpStatusCode status, string text) = await anna.SignInAsync(_provider, "anna", static _ => { });
        Assert.True(status == HttpStatusCode.OK, text);
        Assert.Equal("anna: anna (anna@example.org)", await anna.LoadAsync());
        Assert.Equal(["a", "b"], await anna.RecordsAsync("demo"));

        List<Event> recorded = await _server.ReadAuditAsync();
        Access read = Assert.Single(
            recorded, each => each.Access is { Call: "ledgerstore.v1.Reader/Read", Status: "OK" }).Access;
        Assert.Equal(("anna", "anna (anna@example.org)", 2ul), (read.Identity, read.Person, read.Count));
        Access entered = Assert.Single(recorded, each => each.Access?.Call == "console/sign-in").Access;
        Assert.Equal(("anna", "anna (anna@example.org)"), (entered.Identity, entered.Person));
        Assert.Contains(recorded, each => each.Lifecycle is { Change: "console" } page
            && page.Detail.Contains(PageAssets.Embedded.Sha256, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("iss", "http://evil.example.org", "another issuer")]
    [InlineData("aud", "another", "another application")]
    [InlineData("nonce", "another", "another sign-in")]
    [InlineData("sub", "mallory", "this store's policy does not")]
    [InlineData("sub", "", "no subject")]
    [InlineData("sub", "ann\u00e4", "no subject")]
    [InlineData("groups", new[] { "auditors", "clerks" }, "this store's policy does not")]
    [InlineData("groups", new[] { "Auditors", "auditors " }, "this store's policy does not")]
    public async Task A_token_that_says_otherwise_does_not_open_the_door(string claim, object value, string why)
    {
        await AssertRefusedAsync(
            claims =>
            {
                claims["sub"] = "somebody";
                claims[claim] = value;
            },
            "RS256",
            why);
    }

    [Theory]
    [InlineData("exp", -120, "has expired")]
    [InlineData("auth_time", -7_200, "older than this store takes")]
    [InlineData("auth_time", 7_200, "later than now")]
    [InlineData("nbf", 7_200, "cannot be used")]
    [InlineData("nbf", 240, "not valid yet")]
    public async Task A_token_of_another_time_does_not_open_the_door(string claim, int seconds, string why) =>
        await AssertRefusedAsync(
            claims => claims[claim] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + seconds, "RS256", why);

    [Theory]
    [InlineData("auth_time", "does not say when")]
    [InlineData("exp", "has expired")]
    [InlineData("sub", "no subject")]
    public async Task A_token_that_lacks_a_claim_does_not_open_the_door(string claim, string why) =>
        await AssertRefusedAsync(claims => claims.Remove(claim), "RS256", why);

    [Theory]
    [InlineData("other key", "not signed by a key")]
    [InlineData("HS256", "not signed by a key")]
    [InlineData("none", "not signed by a key")]
    [InlineData("empty", "not signed by a key")]
    public async Task A_token_that_the_provider_did_not_sign_does_not_open_the_door(string signing, string why) =>
        await AssertRefusedAsync(static _ => { }, signing, why);

    [Fact]
    public async Task A_sign_in_of_another_class_does_not_open_a_door_that_demands_one()
    {
        await using RunningServer strict = await SignInServer.StartAsync(
            _provider.Issuer,
            SignInServer.PolicyFor(_provider.Issuer),
            static oidc => oidc with { RequiredAcr = "mfa" });
        using Visitor anna = new(strict);
        Assert.Contains("acr_values=mfa", (await anna.BeginAsync()).Query, StringComparison.Ordinal);
        (HttpStatusCode status, string text) =
            await anna.SignInAsync(_provider, "anna", static claims => claims["acr"] = "password");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("needs a sign-in of class mfa", text, StringComparison.Ordinal);
        (status, text) = await anna.SignInAsync(_provider, "anna", static claims => claims.Remove("acr"));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("names none", text, StringComparison.Ordinal);
        Assert.Equal(2, (await SignInServer.DenialsAsync(strict)).Count(
            each => each.Person == "anna (anna@example.org)"
                && each.Reason.Contains("class mfa", StringComparison.Ordinal)));
        Assert.Equal(
            HttpStatusCode.OK, (await anna.SignInAsync(_provider, "anna", static _ => { })).Status);
    }

    [Fact]
    public async Task An_answer_works_once()
    {
        using Visitor anna = new(_server);
        string answer = _provider.Grant(await anna.BeginAsync(), "anna", static _ => { });
        Assert.Equal(HttpStatusCode.OK, (await anna.ReadAsync(answer)).Status);
        (HttpStatusCode status, string text) = await anna.ReadAsync(answer);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("no sign-in that this browser began", text, StringComparison.Ordinal);

        // The code of that answer, put into a sign-in that was begun anew.
        string code = answer.Split('&')[0];
        string fresh = _provider.Grant(await anna.BeginAsync(), "anna", static _ => { });
        (status, text) = await anna.ReadAsync(code + fresh[fresh.IndexOf('&')..]);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("invalid_grant", text, StringComparison.Ordinal);
        Assert.Equal(2, (await SignInServer.DenialsAsync(_server)).Count(each => each.Call == "console/sign-in"));
    }

    [Fact]
    public async Task A_state_that_is_forged_or_of_another_browser_is_none()
    {
        using Visitor anna = new(_server);
        using Visitor mallory = new(_server);
        string malloryAnswer = _provider.Grant(await mallory.BeginAsync(), "mallory", static _ => { });
        await anna.BeginAsync();
        foreach (string answer in new[]
        {
            malloryAnswer, malloryAnswer[..^8] + "AAAAAAAA", "/signed-in?code=x&state=forged", "/signed-in?code=x",
            "/signed-in", "/signed-in?error=access_denied&state=forged",
        })
        {
            (HttpStatusCode status, string text) = await anna.ReadAsync(answer);
            Assert.True(status == HttpStatusCode.Forbidden, $"{answer}: {status} {text}");
            Assert.Contains("not signed in", text, StringComparison.Ordinal);
        }

        Assert.Equal(string.Empty, await anna.LoadAsync());
        Assert.True((await SignInServer.DenialsAsync(_server)).Count >= 5);
    }

    [Fact]
    public async Task The_cookie_of_a_session_is_of_this_host_and_for_its_own_page_alone()
    {
        using Visitor anna = new(_server);
        string answer = _provider.Grant(await anna.BeginAsync(), "anna", static _ => { });
        using HttpResponseMessage entered = await anna.GetAsync(answer);
        string cookie = entered.Headers.GetValues("Set-Cookie").Single(
            each => each.StartsWith("__Host-ledger=", StringComparison.Ordinal));
        foreach (string word in new[] { "path=/", "secure", "httponly", "samesite=strict" })
        {
            Assert.Contains(word, cookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(SafeHeaders.ContentSecurityPolicy, entered.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task Another_sign_in_of_the_same_browser_ends_the_session_before()
    {
        using Visitor anna = new(_server);
        await anna.SignInAsync(_provider, "anna", static _ => { });
        await anna.LoadAsync();
        using Visitor thief = anna.Thief(_server);
        Assert.NotEmpty(await thief.LoadAsync());
        await anna.SignInAsync(_provider, "anna", static _ => { });
        Assert.Equal(string.Empty, await thief.LoadAsync());
        Assert.NotEmpty(await anna.LoadAsync());
    }

    private async Task AssertRefusedAsync(Action<Dictionary<string, object>> change, string signing, string why)
    {
        using Visitor anna = new(_server);
        (HttpStatusCode status, string text) = await anna.SignInAsync(_provider, "anna", change, signing);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains(why, text, StringComparison.Ordinal);
        Assert.Equal(string.Empty, await anna.LoadAsync());
        Denials denied = Assert.Single(
            await SignInServer.DenialsAsync(_server), each => each.Call == "console/sign-in");
        Assert.Equal(string.Empty, denied.Identity);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => anna.RecordsAsync("demo"));
        Assert.Equal((StatusCode.Unauthenticated, "SIGN_IN"), (refused.StatusCode, refused.Info!.Reason));
    }
}
