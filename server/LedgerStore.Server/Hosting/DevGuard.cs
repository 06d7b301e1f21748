// The guard beside a development server, in the same process and as a client of it with a certificate of its own.
// Started once the server is ready, and stopped before it. What it finds is said on the server's standard output.
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Guard;
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Server.Hosting;

/// <summary>What `dev --guard FILE` runs.</summary>
internal sealed class DevGuard : IAsyncDisposable
{
    /// <summary>In the place of a file: the rules that are built in.</summary>
    public const string BuiltIn = "builtin";

    private const string Client = "guard";

    private readonly LedgerClient _client;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    private DevGuard(LedgerClient client, Func<LedgerClient, CancellationToken, Task> run)
    {
        _client = client;
        _running = Task.Run(() => run(client, _end.Token));
    }

    /// <summary>Reads the rules before anything is started.</summary>
    /// <exception cref="UsageException">The file cannot be used: everything that is wrong with it.</exception>
    public static RuleFile Load(string file)
    {
        try
        {
            return file == BuiltIn ? RuleFileReader.BuiltIn() : RuleFileReader.Load(file);
        }
        catch (RuleFileException wrong)
        {
            throw new UsageException(string.Join('\n', wrong.Problems));
        }
    }

    public static DevGuard Start(
        RuleFile rules,
        DevLayout layout,
        PkiDirectory pki,
        Uri address,
        Store store,
        TimeProvider time,
        TextWriter output)
    {
        _ = store.GetOrCreateLedger(Names.Alerts);
        PkiFiles.CreateDirectory(layout.Guard);
        LedgerClient connected = new(new LedgerClientOptions
        {
            Address = address,
            CertificateFile = pki.ClientCertificateFile(Client),
            KeyFile = pki.ClientKeyFile(Client),
            CaFile = pki.AuthorityFile,
            Time = time,
        });
        TextWriter lines = TextWriter.Synchronized(output);
        return new DevGuard(connected, async (client, cancellation) =>
        {
            GuardOptions options = new()
            {
                Rules = rules,
                Client = client,
                TrustOf = ledger => TrustOf(store, layout, ledger),
                State = layout.Guard,
                Time = time,
                Say = text => lines.WriteLine($"guard: {Line(text)}"),
            };
            try
            {
                await LedgerStore.Guard.Guard.RunAsync(options, static _ => { }, cancellation).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is GuardException or Grpc.Core.RpcException or IOException
                or LedgerViolationException)
            {
                options.Say($"it does not watch: {failed.Message}");
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private static string Line(string text) => string.Concat(text.Select(static c =>
        char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '?' : c));

    // Whoever runs the store knows its keys, and need not ask it over the wire.
    private static VerifierOptions? TrustOf(Store store, DevLayout layout, string name)
    {
        if (!store.TryGetLedger(name, out Ledger? ledger))
        {
            return null;
        }

        using SigningKey key = LogKeyFile.Load(layout.SigningKey);
        return new VerifierOptions
        {
            Vkey = ledger.VerifierKey ?? LogKeyFile.VerifierKeyOf(ledger.Origin, key),
            StateFile = Path.Combine(layout.Guard, $"seen-{name}"),
        };
    }
}
