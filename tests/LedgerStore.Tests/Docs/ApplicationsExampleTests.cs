// What docs/APPLICATIONS.md shows is what was compiled, and it does what the page says, on a real server.

using System.Text.RegularExpressions;
using LedgerStore.Client;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Gates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LedgerStore.Tests.Docs;

public sealed partial class ApplicationsExampleTests(DevServer server) : IClassFixture<DevServer>
{
    [Fact]
    public void The_page_shows_the_code_that_is_compiled()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "APPLICATIONS.md"));
        string source = File.ReadAllText(
            Path.Combine(SourceTree.Root, "tests", "LedgerStore.Tests", "Docs", "ApplicationsExample.cs"));
        MatchCollection shown = Shown().Matches(page);
        Assert.Equal(3, shown.Count);
        Assert.Equal(shown.Count, page.Split("```csharp").Length - 1);
        foreach (Match example in shown)
        {
            string name = example.Groups["name"].Value;
            Match code = Regex.Match(
                source, $"// docs begin: {name}\n(.*?)// docs end", RegexOptions.Singleline, TimeSpan.FromSeconds(10));
            Assert.True(code.Success, name);
            Assert.Equal(Trimmed(code.Groups[1].Value), Trimmed(example.Groups["code"].Value));
        }
    }

    [Fact]
    public async Task The_examples_run()
    {
        string pki = Path.Combine(server.Keys, "pki");
        string clients = Path.Combine(pki, "clients");
        string ca = Path.Combine(pki, "ca.pem");
        Uri address = new(server.Address);
        await ApplicationsExample.AppendAsync(address, clients, ca, server.Root, NullLogger.Instance);

        await using LedgerClient client = new(new LedgerClientOptions
        {
            Address = address,
            CertificateFile = Path.Combine(clients, "reader.pem"),
            KeyFile = Path.Combine(clients, "reader.key"),
            CaFile = ca,
        });
        await ApplicationsExample.ReadAsync(client, server.Vkey, Path.Combine(server.Root, "example.state"));

        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Ledger:Address"] = server.Address,
            ["Ledger:CertificateFile"] = Path.Combine(clients, "appender.pem"),
            ["Ledger:KeyFile"] = Path.Combine(clients, "appender.key"),
            ["Ledger:CaFile"] = ca,
            ["Ledger:Ledger"] = "demo",
            ["Ledger:Producer"] = "web",
            ["Ledger:SpoolDirectory"] = Path.Combine(server.Root, "web-spool"),
        });
        await using WebApplication app = ApplicationsExample.Web(builder);
        Appended stored = await app.Services.GetRequiredService<Appender>().AppendAsync("from the web"u8.ToArray());
        Assert.True(stored.Index >= 1);
    }

    private static string Trimmed(string code) =>
        string.Join('\n', code.Split('\n').Select(static line => line.Trim())).Trim();

    [GeneratedRegex(
        @"<!-- example: (?<name>\w+) -->\n```csharp\n(?<code>.*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        10_000)]
    private static partial Regex Shown();
}
