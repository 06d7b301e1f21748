// Walks through the console in a real browser: an auditor who finds, verifies and takes evidence along; a byte that was
// changed on the disk; a record that attacks whoever looks at it; a server that lies; and barriers on every page.

using System.Text.Json;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Lies;
using Microsoft.Playwright;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

public sealed class WalkTests : IAsyncLifetime
{
    private const int Records = 400;

    private readonly DevServer _server = new();
    private LedgerCli _ledger = new(string.Empty);

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        _ledger = new LedgerCli(_server.Profile);
        Assert.Equal(0, (await _ledger.RunAsync("trust", "add", _server.Vkey)).Code);
        string policy = Path.Combine(_server.Keys, "policy.yaml");
        string text = await File.ReadAllTextAsync(policy);
        await File.WriteAllTextAsync(
            policy,
            text + "  - { role: reader,  identities: [reader],        ledgers: [\"_audit\"] }\n");
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [ChromiumFact]
    public async Task An_auditor_finds_who_read_a_record_and_takes_evidence_along()
    {
        await AppendAsync("anna approved invoice 7", "bob paid invoice 7", "{\"who\":\"carol\",\"what\":\"read\"}");
        Assert.Equal(0, (await _ledger.RunAsync("read", "demo", "--from", "1", "-n", "1")).Code);
        await _server.TrustAllAsync(_ledger);
        await using RunningConsole console = await RunningConsole.StartAsync(_server.Profile);
        await using Chromium chromium = await Chromium.OpenAsync(console);
        IPage page = chromium.Page;

        // Who read entries of demo: the store's own record says so, and its line leads to the entry that proves it.
        await chromium.GoAsync("access");
        ILocator use = page.Locator("tr", new PageLocatorOptions { HasText = "demo" })
            .Filter(new LocatorFilterOptions { HasText = "reader" })
            .Filter(new LocatorFilterOptions
            {
                Has = page.GetByRole(AriaRole.Cell, new() { Name = "read", Exact = true }),
            }).First;
        await use.Locator("a[href*='entries/_audit']").ClickAsync();
        await page.WaitForSelectorAsync(".panel .verdict.verified");
        Assert.Contains("read", await page.Locator(".panel").InnerTextAsync(), StringComparison.Ordinal);

        // The record itself, its receipt, and what another program says of it.
        await chromium.GoAsync("entries/demo?sel=1");
        await page.WaitForSelectorAsync(".panel .verdict.verified");
        Assert.Contains("bob paid invoice 7", await page.Locator(".panel").InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the proof" }).ClickAsync();
        string receipt = Path.Combine(_server.Root, "receipt");
        await chromium.SaveAsync(page.GetByRole(AriaRole.Button, new() { Name = "Save the receipt" }), receipt);
        CliResult verified = await _ledger.RunAsync("verify", "--receipt", receipt);
        Assert.True(verified.Code == 0, verified.ToString());

        // All that a search found, as an evidence directory.
        await chromium.GoAsync("search/demo?q=who%3Dcarol");
        await page.WaitForSelectorAsync(".results");
        string tar = Path.Combine(_server.Root, "evidence.tar");
        await chromium.SaveAsync(page.GetByRole(AriaRole.Button, new() { Name = "Evidence", Exact = true }), tar);
        string bundle = Directory.CreateDirectory(Path.Combine(_server.Root, "unpacked")).FullName;
        await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(tar, bundle, overwriteFiles: false);
        string inner = Path.GetDirectoryName(
            Directory.GetFiles(bundle, "bundle.json", SearchOption.AllDirectories).Single())!;
        CliResult accepted = await _ledger.RunAsync("verify", "--bundle", inner);
        Assert.True(accepted.Code == 0, accepted.ToString());
        await AssertEvidenceIsShownAsync(inner);
    }

    [ChromiumFact]
    public async Task A_byte_that_was_changed_on_the_disk_fails_and_the_entry_is_named()
    {
        byte[] records = LedgerStore.Cli.DemoRecords.Lines(Records);
        ulong changed = LedgerStore.Cli.DemoRecords.ChangedOf(Records);
        CliResult appended = await _ledger.RunWithAsync(
            new MemoryStream(records), "append", "demo");
        Assert.True(appended.Code == 0, appended.ToString());
        await _server.TrustAllAsync(_ledger);
        Assert.Equal(0, (await _ledger.RunAsync("verify", "demo")).Code);
        await _server.StopAsync();
        string segments = Path.Combine(_server.Data, "ledgers", "1", "segments");
        await using (RunningConsole sound = await RunningConsole.StartAsync(_server.Profile, "--data", _server.Data))
        {
            await using Chromium chromium = await Chromium.OpenAsync(sound);
            await chromium.GoAsync($"entries/demo?sel={changed}");
            await chromium.Page.WaitForSelectorAsync(".panel .verdict.verified");
        }

        // All checksums are right again afterwards: only the signed tree knows.
        LedgerStore.Cli.DemoAttack.Change(
            segments, changed, LedgerStore.Cli.DemoRecords.Told, LedgerStore.Cli.DemoRecords.Forged);
        await using (RunningConsole tampered = await RunningConsole.StartAsync(
            _server.Profile, "--data", _server.Data))
        {
            await AssertFailsAsync(tampered, changed);
        }

        await _server.StartAsync();
        await using RunningConsole served = await RunningConsole.StartAsync(_server.Profile);
        await AssertFailsAsync(served, changed);
    }

    [ChromiumFact]
    public async Task A_record_that_attacks_its_reader_is_shown_as_text()
    {
        const string Html = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>";
        const string Terminal = "\e]0;title\a\e[31mred\e[0m \u202Egnp.exe \u2066isolate";
        string json = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["__proto__"] = "polluted",
            ["</script><script>alert(3)</script>"] = "javascript:alert(4)",
        });
        string longLine = new('x', 60_000);
        await AppendAsync(Html, Terminal, json, longLine);
        await _server.TrustAllAsync(_ledger);
        await using RunningConsole console = await RunningConsole.StartAsync(_server.Profile);
        await using Chromium chromium = await Chromium.OpenAsync(console);
        foreach (int index in Enumerable.Range(0, 4))
        {
            await chromium.GoAsync($"entries/demo?sel={index}");
            await chromium.Page.WaitForSelectorAsync($".panel[aria-label='Entry {index}'] .verdict.verified");
            string shown = await chromium.Page.Locator("body").InnerTextAsync();
            Assert.DoesNotContain('\u202E', shown);
            Assert.DoesNotContain('\u2066', shown);
            Assert.DoesNotContain('\e', shown);
            Assert.Equal(0, await chromium.Page.Locator("main img, main script, main iframe, main b").CountAsync());
            Assert.True(await chromium.Page.EvaluateAsync<bool>(
                "document.documentElement.scrollWidth <= innerWidth && ({}).polluted === undefined"));
        }

        await chromium.GoAsync("entries/demo?sel=0");
        await chromium.Page.WaitForSelectorAsync(".panel[aria-label='Entry 0']");
        Assert.Contains(
            "<script>alert(2)</script>", await chromium.Page.Locator(".panel").InnerTextAsync(),
            StringComparison.Ordinal);
    }

    [ChromiumFact]
    public async Task A_server_that_lies_is_caught_in_the_browser()
    {
        string[] told = ["a history that differs from entry 150 on, which was seen",
            "the true entries, signed by somebody else"];
        await using Workbench bench = await Workbench.StartAsync();
        foreach (Lie lie in told.Select(name => Campaign.Lies.Single(
            lie => lie.Method is null && lie.Other is not null && lie.Name.Contains(name, StringComparison.Ordinal))))
        {
            bench.Server.Begin(null, World.Seen);
            await using RunningConsole console = await RunningConsole.StartAsync(bench.Config);
            await using Chromium chromium = await Chromium.OpenAsync(console);
            await chromium.GoAsync("entries/demo?sel=160");
            await chromium.Page.WaitForSelectorAsync(".panel .verdict.verified");
            bench.Server.Begin(lie, World.Published);
            await chromium.Page.ReloadAsync();
            await chromium.Page.WaitForSelectorAsync(".verdict.failed");
            Assert.Equal(0, await chromium.Page.Locator(".panel .verdict.verified").CountAsync());
        }
    }

    [ChromiumFact]
    public async Task No_page_has_a_barrier_in_either_theme_or_width()
    {
        await AppendAsync([.. Enumerable.Range(0, 60).Select(i => $"{{\"who\":\"anna\",\"what\":\"did {i}\"}}")]);
        await _server.TrustAllAsync(_ledger);
        await using RunningConsole console = await RunningConsole.StartAsync(_server.Profile);
        await using Chromium chromium = await Chromium.OpenAsync(console);
        IPage page = chromium.Page;
        string[] routes =
        [
            "overview", "ledgers", "ledgers/demo", "entries/demo?sel=3", "search/demo?q=who%3Danna",
            "timeline?who=anna", "alerts", "access", "retention/demo", "verify",
        ];
        string axe = await File.ReadAllTextAsync(ChromiumFactAttribute.Axe);
        List<string> barriers = [];
        foreach (ColorScheme theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            foreach (int width in new[] { 1280, 390 })
            {
                await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });
                await page.SetViewportSizeAsync(width, 844);
                foreach (string route in routes)
                {
                    await chromium.GoAsync(route);
                    await page.WaitForFunctionAsync("() => !document.querySelector('.spinner')");
                    await page.EvaluateAsync(axe); // by the debugger: the page's own policy would refuse it
                    string[] found = await page.EvaluateAsync<string[]>(
                        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
                        + ".map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`)");
                    barriers.AddRange(found.Select(one => $"{route}, {theme}, {width}: {one}"));
                    Assert.True(
                        await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
                        $"{route} is wider than {width} pixels");
                }
            }
        }

        Assert.Empty(barriers);
    }

    // The same directory in the console: everything in it verifies in the browser.
    private async Task AssertEvidenceIsShownAsync(string bundle)
    {
        await using RunningConsole console = await RunningConsole.StartAsync(_server.Profile, "--evidence", bundle);
        await using Chromium chromium = await Chromium.OpenAsync(console);
        await chromium.Page.WaitForSelectorAsync(".verified");
        Assert.Equal(0, await chromium.Page.Locator(".failed").CountAsync());
    }

    private static async Task AssertFailsAsync(RunningConsole console, ulong index)
    {
        await using Chromium chromium = await Chromium.OpenAsync(console);
        await chromium.GoAsync($"entries/demo?sel={index}");
        await chromium.Page.WaitForSelectorAsync($".panel[aria-label='Entry {index}'] .verdict.failed");
        Assert.Contains(
            $"entry {index}", await chromium.Page.Locator(".panel .verdict.failed").InnerTextAsync(),
            StringComparison.OrdinalIgnoreCase);
    }

    private async Task AppendAsync(params string[] records)
    {
        foreach (string[] some in records.Chunk(100))
        {
            CliResult appended = await _ledger.RunAsync(["append", "demo", "--checkpoint", .. some]);
            Assert.True(appended.Code == 0, appended.ToString());
        }
    }
}
