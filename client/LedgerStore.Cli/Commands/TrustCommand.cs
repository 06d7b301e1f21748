// `ledger trust`: which keys this user trusts. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Adds, lists and removes trusted keys.</summary>
internal static class TrustCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "trust", "The keys of logs that you trust", [Add(builder), List(builder), Remove(builder)]);

    private static Command Add(CommandBuilder builder)
    {
        Argument<string?> vkey = new("vkey")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The key, as `ledger key show` prints it to whoever runs the store",
        };
        Option<string?> firstUse = new("--first-use")
        {
            HelpName = "LEDGER",
            Description = "Trust what the server says now, and hold it to that: whoever answers now is believed",
        };
        return builder.Make(
            "add",
            "Trust a key\n\n  ledger trust add 'ledger.example.org/payments+1a2b3c4d+AfQx...'",
            [vkey, firstUse],
            async run =>
            {
                VerifierKey key = (run.Find(vkey), run.Get(firstUse)) switch
                {
                    ({ } text, null) => VerifierKey.Parse(text),
                    (null, { } ledger) => await AskAsync(run, ledger).ConfigureAwait(false),
                    _ => throw new UsageException("give a vkey, or --first-use LEDGER"),
                };
                AddKey(run, key);
                return ExitCode.Done;
            });
    }

    private static Command List(CommandBuilder builder) => builder.Make(
        "list",
        "List the trusted keys\n\n  ledger trust list",
        [],
        run =>
        {
            TrustFile trust = TrustFile.Load(run.Settings.TrustPath);
            if (run.IsJson)
            {
                PrintKeys(run, "keys", [.. trust.Keys.Select(key => key.ToString())]);
            }
            else
            {
                trust.Keys.ForEach(key => run.Line(key.ToString()));
            }

            return Task.FromResult(ExitCode.Done);
        });

    private static Command Remove(CommandBuilder builder)
    {
        Argument<string> origin = new("origin") { Description = "The log, such as ledger.example.org/payments" };
        return builder.Make(
            "remove",
            "Trust the keys of a log no more\n\n  ledger trust remove ledger.example.org/payments",
            [origin],
            run =>
            {
                TrustFile trust = TrustFile.Load(run.Settings.TrustPath);
                int removed = trust.Keys.RemoveAll(key => key.Name.Text == run.Get(origin));
                if (removed == 0)
                {
                    throw new UsageException(
                        $"no key of {run.Get(origin)} is trusted", "`ledger trust list` shows those that are");
                }

                trust.Save();
                Tell(run, run.Get(origin), "no longer trusted");
                return Task.FromResult(ExitCode.Done);
            });
    }

    /// <summary>Keys in JSON.</summary>
    public static void PrintKeys(Run run, string name, IReadOnlyList<string> keys) => JsonOutput.Object(run, json =>
    {
        json.WriteStartArray(name);
        foreach (string key in keys)
        {
            json.WriteStringValue(key);
        }

        json.WriteEndArray();
    });

    private static void AddKey(Run run, VerifierKey key)
    {
        TrustFile trust = TrustFile.Load(run.Settings.TrustPath);
        if (trust.Keys.Contains(key))
        {
            Tell(run, key.Name.Text, "trusted already");
            return;
        }

        if (trust.Keys.Find(other => other.Name.Equals(key.Name)) is { } known)
        {
            throw new UsageException(
                $"another key of {key.Name} is trusted: {known}",
                "a rotated key is followed by itself; to begin anew, `ledger trust remove` the old one first");
        }

        trust.Keys.Add(key);
        trust.Save();
        Tell(run, key.Name.Text, "trusted");
    }

    private static void Tell(Run run, string origin, string what)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("origin", origin);
                json.WriteString("result", what);
            });
        }
        else
        {
            run.Line($"{what}: {origin}");
        }
    }

    private static async Task<VerifierKey> AskAsync(Run run, string ledger)
    {
        using LedgerClient client = run.Connect(Capability.Verify);
        LedgerInfo info = await client.Catalog.DescribeAsync(ledger, run.Cancellation).ConfigureAwait(false);
        if (info.Vkeys.Count == 0)
        {
            throw new UsageException($"the server names no key of '{ledger}'");
        }

        VerifierKey key = VerifierKey.Parse(info.Vkeys[^1]);
        run.Note($"this key is the server's own word: compare {key.Id} with whoever runs the store");
        return key;
    }
}
