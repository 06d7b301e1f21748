// A browser for walks: Debian's chromium by Playwright, without a window. A script of a record that runs, an exception
// of the page, and what its policy had to stop fail the test at the end. Owned by its test.

using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _wrong = new();

    private Chromium(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
    }

    internal IPage Page { get; }

    /// <summary>Opens a console by its link.</summary>
    internal static async Task<Chromium> OpenAsync(RunningConsole console)
    {
        Chromium chromium = await StartAsync();
        await chromium.Page.GotoAsync(console.Link.ToString());
        await chromium.Page.WaitForURLAsync(new Uri(console.Link, "/").ToString() + "**");
        await chromium.Page.WaitForSelectorAsync("nav");
        return chromium;
    }

    /// <summary>Opens an empty window; certificates of tests are taken.</summary>
    internal static async Task<Chromium> StartAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = ChromiumFactAttribute.Program,
            Args = ["--no-sandbox"],
        });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { IgnoreHTTPSErrors = true });
        page.SetDefaultTimeout(120_000); // no test fails on a time
        Chromium chromium = new(playwright, browser, page);
        page.PageError += (_, error) => chromium._wrong.Enqueue($"exception: {error}");
        page.Dialog += async (_, dialog) =>
        {
            chromium._wrong.Enqueue($"a script ran: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Console += (_, line) =>
        {
            if (line.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                chromium._wrong.Enqueue(line.Text);
            }
        };
        return chromium;
    }

    /// <summary>Goes to a page of the console.</summary>
    internal async Task GoAsync(string route)
    {
        await Page.EvaluateAsync("to => { location.hash = to; }", "#/" + route);
        await Page.WaitForSelectorAsync("h1");
    }

    /// <summary>What a click saves.</summary>
    internal async Task SaveAsync(ILocator click, string file)
    {
        IDownload saved = await Page.RunAndWaitForDownloadAsync(() => click.ClickAsync());
        await saved.SaveAsAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        Assert.Empty(_wrong);
    }
}
