// `ledger key`: the key that signs checkpoints. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Makes, shows and rotates signing keys.</summary>
internal static class KeyCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "key", "The key that signs checkpoints", [New(builder), Show(builder), Rotate(builder)]);

    private static Command New(CommandBuilder builder)
    {
        Argument<string> file = new("file") { Description = "A new file; only its owner may read it" };
        return builder.Make(
            "new",
            "Make a signing key\n\n  ledger key new signing.pem",
            [file],
            run =>
            {
                LogKeyFile.Create(Path.GetFullPath(run.Get(file))).Dispose();
                if (run.IsJson)
                {
                    JsonOutput.Object(run, json => json.WriteString("file", Path.GetFullPath(run.Get(file))));
                }
                else
                {
                    run.Line($"wrote {run.Get(file)}");
                }

                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command Show(CommandBuilder builder)
    {
        Argument<string> file = new("file") { Description = "The signing key" };
        Argument<string[]> ledgers = new("ledger")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Ledgers: each has a vkey of its own",
        };
        Option<string?> data = new("--data")
        {
            HelpName = "DIR",
            Description = "All ledgers of this data directory; the server may be running",
        };
        Option<string?> name = new("--name")
        {
            HelpName = "NAME",
            Description = "The store's public name (default: that of the profile)",
        };
        Option<bool> shared = new("--shared")
        {
            Description = "The store is older than keys for each ledger, and its key was not rotated since",
        };
        return builder.Make(
            "show",
            "Print the vkeys of ledgers: what those who verify must be given\n\n"
            + "  ledger key show signing.pem --name ledger.example.org payments\n"
            + "  ledger key show signing.pem --data /var/lib/ledgerstore > vkeys     all ledgers, `_audit` too\n"
            + "  ledger trust add --from vkeys                                       whoever verifies",
            [file, ledgers, data, name, shared],
            run =>
            {
                using SigningKey key = LogKeyFile.Load(run.Get(file));
                string[] vkeys = run.Get(data) is { } directory
                    ? OfStore(directory, key, run.Get(ledgers))
                    : OfNames(run, key, run.Get(ledgers), run.Get(name), run.Get(shared));
                if (run.IsJson)
                {
                    TrustCommand.PrintKeys(run, "vkeys", vkeys);
                }
                else
                {
                    Array.ForEach(vkeys, run.Line);
                }

                return Task.FromResult(ExitCode.Done);
            });
    }

    private static string[] OfStore(string directory, SigningKey key, string[] wanted)
    {
        IReadOnlyList<VerifierKey> all = StoreVkeys.Read(directory, key);
        string? missing = Array.Find(wanted, ledger => !all.Any(vkey => IsOf(vkey, ledger)));
        return missing is null
            ? [.. all.Where(vkey => wanted.Length == 0 || Array.Exists(wanted, ledger => IsOf(vkey, ledger)))
                .Select(vkey => vkey.ToString())]
            : throw new UsageException($"there is no ledger '{missing}' in {directory}");
    }

    private static string[] OfNames(Run run, SigningKey key, string[] ledgers, string? name, bool isShared)
    {
        if (ledgers.Length == 0)
        {
            throw new UsageException("which ledgers?", "name them, or give --data DIR for all of a store's");
        }

        string store = name ?? run.Settings.PublicName
            ?? throw new UsageException("the store's public name is not known", "give --name NAME");
        KeyScheme scheme = isShared ? KeyScheme.Shared : KeyScheme.Derived;
        return [.. ledgers.Select(ledger => LogKeyFile.VerifierKeyOf($"{store}/{ledger}", key, scheme))];
    }

    private static bool IsOf(VerifierKey vkey, string ledger) =>
        vkey.Name.Text.EndsWith("/" + ledger, StringComparison.Ordinal);

    private static Command Rotate(CommandBuilder builder)
    {
        Argument<string> file = new("file") { Description = "The new key, a file on the server" };
        return builder.Make(
            "rotate",
            "Go over to another signing key; verifiers follow by themselves\n\n"
            + "  ledger key new next.pem                   on the server\n"
            + "  ledger key rotate /etc/ledgerstore/next.pem",
            [file],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                RotateKeyProgress? last = null;
                await foreach (RotateKeyProgress told in client.Admin.RotateKeyAsync(run.Get(file), run.Cancellation)
                    .ConfigureAwait(false))
                {
                    last = told;
                }

                ulong done = last?.LedgersDone ?? 0;
                if (run.IsJson)
                {
                    JsonOutput.Object(run, json => json.WriteNumber("ledgers", done));
                }
                else
                {
                    run.Line($"rotated: {done} ledgers have a checkpoint that both keys signed");
                    run.Line("set signing_key to the new file before the server is started again");
                }

                return ExitCode.Done;
            });
    }
}
