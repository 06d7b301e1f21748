// What changes in intake.yaml is taken up while the intake runs, and what is wrong changes nothing.

using System.Net;
using System.Text;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Hosting;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Server;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class ReloadTests
{
    private static string App(string more) => $$"""
          app:
            kind: json
            ledger: demo
            listen: 127.0.0.1:{{s_port}}
            {{more}}

        """;

    private static readonly int s_port = Ports.Free();

    private static string Tester => $"auth: {{ tokens: {{ tester: \"{RunningIntake.TokenHash}\" }} }}";

    private static string Nobody => $"auth: {{ tokens: {{ nobody: \"sha256:{new string('1', 64)}\" }} }}";

    [Fact]
    public async Task Sources_rights_and_rules_change_while_it_runs()
    {
        await using RunningServer store = await RunningServer.StartAsync();
        using TempFolder folder = new();
        ServerPki.WriteTo(folder.Path, "writer");
        string file = folder.File("intake.yaml");
        int second = Ports.Free();
        await WriteAsync(file, store.Address, App(Tester));
        await using IntakeServer intake = await IntakeServer.StartAsync(
            IntakeConfigReader.Load(file), NullLoggerFactory.Instance, TimeProvider.System);
        await using ConfigWatch watch = new(
            file, intake, new IntakeLog(NullLogger.Instance), TimeProvider.System);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(intake.AddressOf("app"), "1"));

        // Another profile (another pipeline over the same spool), rules, and a source more.
        const string noise = "{ rules: [{ name: a, drop: [\"what=noise\"] }] }";
        string more = App($"profile: other\n    {Tester}\n    noise: {noise}")
            + App($"path: /two\n    {Tester}").Replace("app:", "two:").Replace($":{s_port}", $":{second}");
        await WriteAsync(file, store.Address, more);
        await watch.CheckAsync();
        Assert.Equal(
            HttpStatusCode.OK, await PostAsync(intake.AddressOf("app"), "{\"api\":{\"operation\":\"noise\"}}"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(intake.AddressOf("two"), "2"));
        Assert.Equal(1, intake.Status.Sources[0].Pipeline.Counters.Dropped);

        // What is wrong changes nothing: neither a file that cannot be read, nor one whose address is taken after a
        // pipeline was exchanged for it.
        string taken = more.Replace("profile: other", "profile: third")
            .Replace($":{second}", $":{store.Address.Port}");
        foreach (string wrong in new[] { "  app: {", more.Replace("kind: json", "kind: yaml"), taken })
        {
            await WriteAsync(file, store.Address, wrong);
            await watch.CheckAsync();
            Assert.Equal(HttpStatusCode.OK, await PostAsync(intake.AddressOf("app"), "3"));
            Assert.Equal(HttpStatusCode.OK, await PostAsync(intake.AddressOf("two"), "4"));
        }

        // Somebody's right ends, and a source goes.
        Uri gone = intake.AddressOf("two");
        await WriteAsync(file, store.Address, App(Nobody));
        await watch.CheckAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(intake.AddressOf("app"), "5"));
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(gone, "6"));
        await intake.DisposeAsync();

        List<string> stored = [.. (await RunningIntake.RecordsOfAsync(store)).Select(RunningIntake.TextOf).Order()];
        Assert.Equal(["1", "2", "3", "3", "3", "4", "4", "4"], stored.Where(each => each.Length == 1));
        Assert.Contains("\"dropped\":{\"a\":1}", stored[^1], StringComparison.Ordinal);
    }

    private static Task WriteAsync(string file, Uri store, string sources) => File.WriteAllTextAsync(file, $$"""
        state: state
        store: { address: "{{store}}", certificate: writer.pem, key: writer.key, ca: ca.pem }
        sources:
        {{sources}}
        """.ReplaceLineEndings("\n"));

    private static async Task<HttpStatusCode> PostAsync(Uri address, string body)
    {
        using HttpClient http = new();
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        http.DefaultRequestHeaders.Authorization = new("Bearer", RunningIntake.Token);
        using HttpResponseMessage answer = await http.PostAsync(address, content);
        return answer.StatusCode;
    }
}
