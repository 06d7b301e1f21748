// Who passes the door of a console: one browser, by a link that works once, from the console's own page.

using System.Net;
using System.Text.Json;
using LedgerStore.WebConsole.Calls;
using LedgerStore.WebConsole.Door;
using LedgerStore.WebConsole.Hosting;
using LedgerStore.WebPage;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

public sealed class DoorTests
{
    private const int Port = 7480;

    [Theory]
    [InlineData("127.0.0.1:7480", null, null, true, false, null, "None")]
    [InlineData("localhost:7480", "http://localhost:7480", "same-origin", true, true, "1", "None")]
    [InlineData("127.0.0.1:7480", null, "none", true, false, null, "None")]
    [InlineData("evil.example:7480", null, null, true, false, "1", "WrongHost")]
    [InlineData("127.0.0.1", null, null, true, false, "1", "WrongHost")]
    [InlineData("127.0.0.1:7481", null, null, true, false, "1", "WrongHost")]
    [InlineData("127.0.0.1.evil.example:7480", null, null, true, false, "1", "WrongHost")]
    [InlineData("", null, null, true, false, "1", "WrongHost")]
    [InlineData(null, null, null, true, false, "1", "WrongHost")]
    [InlineData("127.0.0.1:7480", "http://evil.example", null, true, true, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", "http://127.0.0.1:7481", null, true, true, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", "https://127.0.0.1:7480", null, true, true, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", "http://localhost:7480", null, true, true, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", "null", null, true, true, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", null, "cross-site", true, false, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", null, "same-site", true, false, "1", "WrongOrigin")]
    [InlineData("127.0.0.1:7480", null, null, false, true, "1", "NoSession")]
    [InlineData("127.0.0.1:7480", null, null, true, true, null, "NoHeader")]
    [InlineData("127.0.0.1:7480", null, null, true, true, "2", "NoHeader")]
    public void Each_rule_decides(
        string? host, string? origin, string? site, bool hasSession, bool isPost, string? header, string expected)
    {
        DoorRefusal refusal = new DoorCheck(Port).Check(new DoorFacts
        {
            Host = host,
            Origin = origin,
            FetchSite = site,
            HasSession = hasSession,
            IsPost = isPost,
            Header = header,
        });
        Assert.Equal(expected, refusal.ToString());
    }

    [Fact]
    public void A_token_is_taken_once_and_by_its_owner()
    {
        DoorKeys keys = new();
        Assert.Null(keys.Exchange(null));
        Assert.Null(keys.Exchange(string.Empty));
        Assert.Null(keys.Exchange(keys.Token[..^1]));
        Assert.Null(keys.Exchange(new DoorKeys().Token));
        string session = keys.Exchange(keys.Token)!;
        Assert.True(keys.IsSession(session));
        Assert.False(keys.IsSession(keys.Token));
        Assert.False(keys.IsSession(null));
        Assert.Null(keys.Exchange(keys.Token));
        Assert.True(Convert.FromBase64String(keys.Token.Replace('-', '+').Replace('_', '/') + "=").Length == 32);
    }

    [Fact]
    public async Task Of_many_who_open_the_link_at_once_one_gets_in()
    {
        await using ConsoleHost console = await StartAsync();
        using ConsoleVisitor visitor = new(console.Address);
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => visitor.GetAsync(console.Link.PathAndQuery)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Single(answers, answer => answer.Headers.Contains("Set-Cookie"));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Who_has_used_the_link_comes_back_to_it_and_others_are_told_what_to_do()
    {
        int reused = 0;
        await using ConsoleHost console = await StartAsync(() => reused++);
        using ConsoleVisitor first = await ConsoleVisitor.EnterAsync(console);
        using HttpResponseMessage again = await first.GetAsync(console.Link.PathAndQuery);
        Assert.Equal((HttpStatusCode.OK, 0), (again.StatusCode, reused));
        using ConsoleVisitor other = new(console.Address);
        using HttpResponseMessage refused = await other.GetAsync(console.Link.PathAndQuery);
        Assert.Equal((HttpStatusCode.Forbidden, 1), (refused.StatusCode, reused));
        Assert.Contains("Ctrl+C", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(refused.Headers.Contains("Set-Cookie"));
        using HttpResponseMessage wrong = await other.GetAsync("/open?token=%3Cscript%3E");
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.DoesNotContain("<script>", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_session_nothing_is_served_and_with_it_the_page_is()
    {
        await using ConsoleHost console = await StartAsync();
        using ConsoleVisitor stranger = new(console.Address);
        string[] paths = ["/", "/console.json", "/console.js", "/evidence/", "/evidence/checkpoint", "/nothing"];
        foreach (string path in paths)
        {
            using HttpResponseMessage refused = await stranger.GetAsync(path);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            AssertSafe(refused);
        }

        using ConsoleVisitor visitor = await ConsoleVisitor.EnterAsync(console);
        using HttpResponseMessage page = await visitor.GetAsync("/");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        AssertSafe(page);
        using JsonDocument facts = JsonDocument.Parse(
            await (await visitor.GetAsync("/console.json")).Content.ReadAsStringAsync());
        Assert.Equal("evidence", facts.RootElement.GetProperty("source").GetString());
        Assert.Equal(PageAssets.Embedded.Sha256, facts.RootElement.GetProperty("bundle").GetString());
        using HttpResponseMessage file = await visitor.GetAsync("/evidence/checkpoint");
        Assert.Equal("a note", await file.Content.ReadAsStringAsync());
        AssertSafe(file);
        foreach (string path in new[] { "/evidence/other", "/evidence/..%2Fcheckpoint", "/evidence/../x", "/nothing" })
        {
            using HttpResponseMessage missing = await visitor.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            AssertSafe(missing);
        }
    }

    [Fact]
    public async Task What_another_page_can_have_a_browser_send_is_refused()
    {
        await using ConsoleHost console = await StartAsync();
        using ConsoleVisitor visitor = await ConsoleVisitor.EnterAsync(console);
        await AssertRefusedAsync("Host", "evil.example", HttpStatusCode.MisdirectedRequest);
        await AssertRefusedAsync("Origin", "http://evil.example", HttpStatusCode.Forbidden);
        await AssertRefusedAsync("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden);
        visitor.Headers.Clear();
        using HttpResponseMessage form = await visitor.PostAsync("/console.json", []);
        Assert.Equal(HttpStatusCode.Forbidden, form.StatusCode);

        async Task AssertRefusedAsync(string header, string value, HttpStatusCode status)
        {
            visitor.Headers[header] = value;
            using HttpResponseMessage refused = await visitor.GetAsync("/console.json");
            Assert.Equal(status, refused.StatusCode);
            visitor.Headers.Remove(header);
        }
    }

    /// <summary>What is on the list reads; whoever adds to it comes by here.</summary>
    [Fact]
    public void Nothing_on_the_list_changes_a_store()
    {
        string[] names = [.. ConsoleMethod.All.Select(each => each.Method.FullName)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("/(Get|List|Describe|Watch|Plan|Read|Search)", name));
        Assert.DoesNotContain(names, name => name.Contains("Appender", StringComparison.Ordinal));
    }

    [Fact]
    public void The_hash_of_the_page_is_what_sha256sum_says()
    {
        PageAssets page = new([("b.css", "two"u8.ToArray()), ("a.js", "one"u8.ToArray())]);
        Assert.Equal("124a7b1344f3da894a0a6e95704af74a7c7c582be3cf60d3379af404ee13d034", page.Sha256);
    }

    private static Task<ConsoleHost> StartAsync() => StartAsync(static () => { });

    private static Task<ConsoleHost> StartAsync(Action onReused) => ConsoleHost.StartAsync(new ConsoleOptions
    {
        Facts = new ConsoleFacts { Source = "evidence", Address = "here", Version = "1" },
        Files = new ConsoleFiles(["checkpoint"], static _ => "a note"u8.ToArray()),
        OnTokenReused = onReused,
    });

    private static void AssertSafe(HttpResponseMessage response)
    {
        Assert.Equal(
            SafeHeaders.ContentSecurityPolicy, response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }
}
