// A guard in this process, with a clock that its test sets ahead, in front of a real server process. Owned by its test.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Guard;

internal sealed class RunningGuard : IAsyncDisposable
{
    private readonly LedgerClient _client;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;
    private readonly TaskCompletionSource<LedgerStore.Guard.Guard> _ready = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningGuard(Uri server, string keys, string state, string rules, DateTimeOffset? expires)
    {
        _client = Connect(server, keys, "guard");
        GuardOptions options = new()
        {
            Rules = RuleFileReader.Parse(Encoding.UTF8.GetBytes(rules.ReplaceLineEndings("\n")), "rules.yaml"),
            Client = _client,
            TrustOf = ledger => new VerifierOptions
            {
                Vkey = VkeyOf(keys, ledger),
                StateFile = Path.Combine(state, $"seen-{ledger}"),
            },
            State = state,
            Time = Time,
            LookBack = TimeSpan.FromDays(1),
            CertificateExpires = expires,
            Say = _ => { },
        };
        _running = Task.Run(() => LedgerStore.Guard.Guard.RunAsync(
            options, guard => _ready.TrySetResult(guard), _end.Token));
    }

    public SkippingTime Time { get; } = new();

    public static LedgerClient Connect(Uri server, string keys, string identity) => new(new LedgerClientOptions
    {
        Address = server,
        CertificateFile = Path.Combine(keys, "pki", "clients", identity + ".pem"),
        KeyFile = Path.Combine(keys, "pki", "clients", identity + ".key"),
        CaFile = Path.Combine(keys, "pki", "ca.pem"),
        ConnectTimeout = TimeSpan.FromMinutes(2), // no test fails on a time
    });

    /// <summary>Makes <c>_alerts</c> if it has to, and waits until the guard watches what there is.</summary>
    public static async Task<RunningGuard> StartAsync(
        Uri server, string keys, string state, string rules, DateTimeOffset? expires = null)
    {
        using (LedgerClient client = Connect(server, keys, "administrator"))
        {
            await client.Admin.CreateLedgerAsync("_alerts", CancellationToken.None);
        }

        RunningGuard guard = new(server, keys, state, rules, expires);
        _ = await Task.WhenAny(guard._ready.Task, guard._running);
        if (!guard._ready.Task.IsCompleted)
        {
            await guard._running;
        }

        return guard;
    }

    public LedgerStore.Guard.Guard Guard => _ready.Task.Result;

    /// <summary>Waits until something is so, while the guard runs.</summary>
    public async Task UntilAsync(Func<LedgerStore.Guard.Guard, bool> isSo)
    {
        while (!isSo(Guard))
        {
            Assert.False(_running.IsCompleted, "the guard ended");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        await _client.DisposeAsync();
        _end.Dispose();
    }

    private static string VkeyOf(string keys, string ledger)
    {
        using SigningKey key = SigningKey.FromPem(File.ReadAllBytes(Path.Combine(keys, "signing.pem")));
        KeyName name = KeyName.Parse("localhost/" + ledger);
        return LedgerKeyDerivation.VerifierKeyOf(key, name, KeyScheme.Derived).ToString();
    }
}
