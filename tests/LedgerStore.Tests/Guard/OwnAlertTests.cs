// What the guard says of itself and of what it is shown, from the fault to the receiver: a target that takes nothing, a
// server that is away, rolled back or damaged, a ledger that is not there, a certificate that ends.

using LedgerStore.Client;
using LedgerStore.Tests.Client;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class OwnAlertTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_blindAfter = LedgerStore.Guard.Guard.BlindAfter;

    private readonly string _state = Directory.CreateTempSubdirectory("ledgerstore-guard-").FullName;
    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task A_target_that_takes_nothing_for_five_minutes_is_told_to_the_others()
    {
        int port = Ports.Free();
        await using Hook hook = Hook.Listen();
        await using RunningGuard guard = await StartAsync($$"""
            deliver:
              webhook: [{ url: "http://127.0.0.1:{{port}}/" }, { url: "{{hook.Address}}" }]
            """);
        await AppendAsync("{\"what\":\"refund\"}");
        await hook.HeardAsync("firing refunds");
        await guard.UntilAsync(static one => one.Deliveries.Any(static each => each.FailingFor is not null));
        string target = $"webhook http://127.0.0.1:{port}";
        guard.Time.Skip(LedgerStore.Guard.Guard.UndeliveredAfter);
        await hook.HeardAsync($"firing guard-undelivered {target}");
        await InAlertsAsync("guard-undelivered", target, isFiring: true);

        // What waited is there when the target answers, and so is the end of it.
        await using Hook mended = Hook.ListenAt(port);
        guard.Time.Skip(TimeSpan.FromMinutes(1));
        await mended.HeardAsync("firing refunds");
        await hook.HeardAsync($"resolved guard-undelivered {target}");
        await InAlertsAsync("guard-undelivered", target, isFiring: false);
    }

    [Fact]
    public async Task A_server_that_is_away_is_blindness_and_ends_the_heartbeat()
    {
        await using Hook hook = Hook.Listen();
        await using RunningGuard guard = await StartAsync($$"""
            deliver:
              webhook: [{ url: "{{hook.Address}}" }]
              heartbeat: [{ url: "{{hook.Address}}" }]
            """);
        await guard.UntilAsync(static one => one.IsWatching);
        guard.Time.Skip(TimeSpan.FromMinutes(1));
        await hook.HeardAsync("beat");
        await _server.KillAsync();
        guard.Time.Skip(s_blindAfter);
        await hook.HeardAsync("firing guard-blind demo");
        await hook.HeardAsync("firing guard-blind _audit");
        Assert.False(guard.Guard.IsWatching);
        int beats = hook.Beats;
        for (int i = 0; i < 3; i++)
        {
            guard.Time.Skip(TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }

        Assert.Equal(beats, hook.Beats);
        await _server.RestartAsync();
        guard.Time.Skip(TimeSpan.FromMinutes(1));
        await hook.HeardAsync("resolved guard-blind demo");
        await InAlertsAsync("guard-blind", "demo", isFiring: true);
        await InAlertsAsync("guard-blind", "demo", isFiring: false);
    }

    [Fact]
    public async Task A_ledger_that_a_rule_names_and_nobody_lists_is_blindness_until_it_is_there()
    {
        await using Hook hook = Hook.Listen();
        await using RunningGuard guard = await StartAsync(
            $$"""
            deliver: { webhook: [{ url: "{{hook.Address}}" }] }
            """,
            names: "demo, later");
        await hook.HeardAsync("firing guard-blind later");
        Assert.False(guard.Guard.IsWatching);
        using (LedgerClient client = _server.Connect("administrator"))
        {
            await client.Admin.CreateLedgerAsync("later", CancellationToken.None);
        }

        guard.Time.Skip(TimeSpan.FromSeconds(30));
        await hook.HeardAsync("resolved guard-blind later");
    }

    [Fact]
    public async Task A_store_that_was_put_back_is_a_violation()
    {
        await AppendAsync("{\"what\":\"a\"}", "{\"what\":\"b\"}");
        await _server.KillAsync();
        string data = _server.File("data"), keys = Path.GetDirectoryName(_server.Profile)!, old = _server.File("old");
        await ShellAsync($"cp -a {data} {old} && cp -a {keys}/anchor {old}.anchor");
        await _server.RestartAsync();
        await using Hook hook = Hook.Listen();
        await using RunningGuard guard = await StartAsync($$"""
            deliver: { webhook: [{ url: "{{hook.Address}}" }] }
            """);
        await AppendAsync("{\"what\":\"refund\"}", "{\"what\":\"c\"}");
        await hook.HeardAsync("firing refunds");
        await _server.KillAsync();
        await ShellAsync($"rm -r {data} && mv {old} {data} && mv {old}.anchor {keys}/anchor");
        await _server.RestartAsync();
        guard.Time.Skip(TimeSpan.FromSeconds(30));
        await hook.HeardAsync("firing guard-violation demo");
    }

    [Fact]
    public async Task Entries_that_the_server_cannot_read_are_told()
    {
        await AppendAsync([.. Enumerable.Range(0, 600).Select(static i => $"{{\"what\":\"w\",\"n\":{i}}}")]);

        // A start after a kill writes what the journal has into files.
        await _server.KillAsync();
        await _server.RestartAsync();
        await _server.KillAsync();
        string first = Directory.GetFiles(_server.File("data"), "*.seg", SearchOption.AllDirectories)
            .Where(static file => file.Contains("ledgers/", StringComparison.Ordinal))
            .MaxBy(static file => new FileInfo(file).Length)!;
        await using (FileStream file = File.Open(first, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Seek(200, SeekOrigin.Begin);
            int was = file.ReadByte();
            file.Seek(200, SeekOrigin.Begin);
            file.WriteByte((byte)(was ^ 0xff));
        }

        await _server.RestartAsync();
        await using Hook hook = Hook.Listen();
        await using RunningGuard guard = await StartAsync($$"""
            deliver: { webhook: [{ url: "{{hook.Address}}" }] }
            """);
        guard.Time.Skip(TimeSpan.FromSeconds(5));
        await hook.HeardAsync("firing guard-unreadable demo");
        await hook.HeardAsync("firing damage-found");
    }

    [Fact]
    public async Task The_guards_own_certificate_is_told_before_it_ends()
    {
        await using Hook hook = Hook.Listen();
        await using RunningGuard guard = await StartAsync(
            $$"""
            deliver: { webhook: [{ url: "{{hook.Address}}" }] }
            """,
            expires: TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(15));
        guard.Time.Skip(TimeSpan.FromDays(2));
        await hook.HeardAsync("firing guard-certificate guard");
        await InAlertsAsync("guard-certificate", "guard", isFiring: true);
    }

    private Task<RunningGuard> StartAsync(string deliver, string names = "demo", DateTimeOffset? expires = null) =>
        RunningGuard.StartAsync(
            _server.Address, Path.GetDirectoryName(_server.Profile)!, _state,
            $$"""
            version: 1
            ledgers:
              demo:
                names: [{{names}}]
                fields: |
                  field what text
                  path what
            rules:
              - { rule: refunds, kind: match, ledger: demo, where: [what=refund], says: "a refund", do: "Ask." }
            {{deliver}}

            """,
            expires);

    private async Task AppendAsync(params string[] records)
    {
        using LedgerClient client = _server.Connect("appender");
        await using Appender appender = client.CreateAppender("demo", new AppenderOptions());
        Task<Appended>[] all =
        [
            .. records.Select(record => appender.AppendAsync(System.Text.Encoding.UTF8.GetBytes(record)).AsTask()),
        ];
        _ = await Task.WhenAll(all);
    }

    /// <summary>The guard's own alerts are entries too, once they can be written.</summary>
    private async Task InAlertsAsync(string rule, string subject, bool isFiring)
    {
        string[] wanted = [$"\"{rule}\"", $"\"{subject}\"", isFiring ? "\"firing\"" : "\"resolved\""];
        using LedgerClient client = _server.Connect("guard");
        while (true)
        {
            await foreach (LedgerEvent next in client.CreateReader("_alerts").ReadAsync(new ReadOptions { From = 0 }))
            {
                string text = System.Text.Encoding.UTF8.GetString(((LedgerEntry)next).Payload);
                if (wanted.All(each => text.Contains(each, StringComparison.Ordinal)))
                {
                    return;
                }
            }

            await Task.Delay(50);
        }
    }

    private static async Task ShellAsync(string script)
    {
        using System.Diagnostics.Process shell = System.Diagnostics.Process.Start("sh", ["-c", script]);
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }
}
