// The page from the server in a real browser, with a real provider of another site: in with a password, asked for more
// where a record is read, in again with a second factor, what is shown is consistent, and out.

using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Server;
using LedgerStore.Tests.WebConsole;
using Microsoft.Playwright;
using Xunit;

namespace LedgerStore.Tests.Browsers;

public sealed class SignInWalkTests
{
    [OidcFact]
    public async Task Somebody_signs_in_is_asked_for_more_reads_and_leaves()
    {
        int port = Ports.Free();
        string address = $"https://localhost:{port}";
        await using NodeProvider provider = await NodeProvider.StartAsync($"{address}/signed-in");
        await using RunningServer server = await SignInServer.StartAsync(
            provider.Issuer, SignInServer.PolicyFor(provider.Issuer), static oidc => oidc, port);
        await server.Connect("writer").AppendAsync("demo", "bob paid invoice 7");
        await server.Store.GetLedger("demo").WaitForCheckpointAsync(1);
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = chromium.Page;

        // Nobody is signed in: a shared link waits.
        await page.GotoAsync($"{address}/#/entries/demo");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await EnterAsync(page, hasFactors: false);
        await page.WaitForURLAsync($"{address}/#/entries/demo");

        // A password verifies; to read needs more, and the page offers that.
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in again" }).First.ClickAsync();
        await EnterAsync(page, hasFactors: true);
        await page.WaitForURLAsync($"{address}/#/entries/demo");
        await page.GetByText("bob paid invoice 7").First.WaitForAsync();
        await page.Locator(".badge.verified").First.WaitForAsync();
        string text = await page.Locator("body").InnerTextAsync();
        Assert.Contains("consistent", text, StringComparison.Ordinal);
        Assert.DoesNotContain("verified", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Served by the server itself", text, StringComparison.Ordinal);
        Assert.Contains("auditors: dora (dora@example.org)", text, StringComparison.Ordinal);
        await AssertNoBarriersAsync(page);

        // A link from another site finds the session: its own page asks for what is behind the cookie.
        await page.GotoAsync("about:blank");
        await page.SetContentAsync($"<a href=\"{address}/#/ledgers\">there</a>");
        await page.GetByRole(AriaRole.Link, new() { Name = "there" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "demo" }).First.WaitForAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in", Exact = true }).WaitForAsync();
        await AssertNoBarriersAsync(page);

        List<Event> recorded = await server.ReadAuditAsync();
        foreach (string call in new[] { "console/sign-in", "ledgerstore.v1.Reader/Read", "console/sign-out" })
        {
            Assert.Contains(recorded, each => each.Access is { Identity: "auditors", Person: "dora (dora@example.org)" }
                && each.Access.Call == call);
        }

        Assert.Contains(recorded, each => each.Denials is { Identity: "auditors", Ledger: "demo" }
            && each.Denials.Reason.Contains("needs a sign-in", StringComparison.Ordinal));
    }

    private static async Task EnterAsync(IPage page, bool hasFactors)
    {
        await page.GetByLabel("Account").FillAsync("dora");
        if (hasFactors)
        {
            await page.GetByLabel("with a second factor").CheckAsync();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private static async Task AssertNoBarriersAsync(IPage page)
    {
        string axe = await File.ReadAllTextAsync(ChromiumFactAttribute.Axe);
        await page.EvaluateAsync(axe);
        string found = await page.EvaluateAsync<string>(
            "async () => JSON.stringify((await axe.run()).violations.map(each => [each.id, each.nodes[0].html]))");
        Assert.Equal("[]", found);
    }
}
