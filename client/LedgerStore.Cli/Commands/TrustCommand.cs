// `ledger trust`: which keys this user trusts. One thread.
using System.CommandLine;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Adds, lists and removes trusted keys.</summary>
internal static class TrustCommand
{
    private const string RotatedHint =
        "a rotated key is followed by itself; to begin anew, `ledger trust remove` the old one first";

    // 100,000 ledgers with names of average length.
    private const int ImportCharsMax = 32 << 20;

    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "trust", "The keys of logs that you trust", [Add(builder), List(builder), Remove(builder)]);

    private static Command Add(CommandBuilder builder)
    {
        Argument<string?> vkey = new("vkey")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The key, as `ledger key show` prints it to whoever runs the store",
        };
        Option<string?> from = new("--from")
        {
            HelpName = "FILE",
            Description = "A file with one vkey to a line, as `ledger key show` prints them; - is standard input",
        };
        Option<bool> newOnly = new("--new-only")
        {
            Description = "With --from: leave out keys of logs of which another key is trusted",
        };
        Option<string?> firstUse = new("--first-use")
        {
            HelpName = "LEDGER",
            Description = "Trust what the server says now, and hold it to that: whoever answers now is believed",
        };
        return builder.Make(
            "add",
            "Trust keys\n\n  ledger trust add 'ledger.example.org/payments+1a2b3c4d+AfQx...'\n"
            + "  ledger trust add --from vkeys             all of a store, from whoever runs it",
            [vkey, from, newOnly, firstUse],
            async run =>
            {
                switch (run.Find(vkey), run.Get(from), run.Get(firstUse))
                {
                    case ({ } text, null, null):
                        AddKey(run, VerifierKey.Parse(text));
                        break;
                    case (null, { } file, null):
                        string list = await TextFile.ReadAsync(run, file, ImportCharsMax, "list of keys")
                            .ConfigureAwait(false);
                        AddAll(run, list, file, run.Get(newOnly));
                        break;
                    case (null, null, { } ledger):
                        AddKey(run, await AskAsync(run, ledger).ConfigureAwait(false));
                        break;
                    default:
                        throw new UsageException("give a vkey, --from FILE, or --first-use LEDGER");
                }

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
            throw new UsageException($"another key of {key.Name} is trusted: {known}", RotatedHint);
        }

        trust.Keys.Add(key);
        trust.Save();
        Tell(run, key.Name.Text, "trusted");
        Warn(run, key.Name.Text);
    }

    /// <summary>All of them or, where one cannot be, none.</summary>
    private static void AddAll(Run run, string text, string file, bool newOnly)
    {
        TrustFile trust = TrustFile.Load(run.Settings.TrustPath);
        Dictionary<KeyName, VerifierKey> known = trust.Keys.GroupBy(key => key.Name)
            .ToDictionary(same => same.Key, same => same.First());
        List<VerifierKey> added = [];
        int already = 0;
        int left = 0;
        foreach (VerifierKey key in TrustFile.Parse(text, file))
        {
            if (known.TryAdd(key.Name, key))
            {
                added.Add(key);
            }
            else if (known[key.Name].Equals(key))
            {
                already++;
            }
            else if (newOnly)
            {
                left++;
            }
            else
            {
                throw new UsageException(
                    $"another key of {key.Name} is trusted: {known[key.Name]}; nothing was changed",
                    RotatedHint + "; --new-only adds the keys of other logs");
            }
        }

        trust.Keys.AddRange(added);
        if (added.Count > 0)
        {
            trust.Save();
        }

        TellAll(run, added, already, left);
        added.ForEach(key => Warn(run, key.Name.Text));
    }

    /// <summary>Letters of other alphabets look like those of this one: who compares by eye is told.</summary>
    private static void Warn(Run run, string name)
    {
        if (!Ascii.IsValid(name))
        {
            run.Note(SafeText.Line($"the name {name} has characters that are not ASCII and may look like others: ")
                + string.Concat(name.Select(static one => Ascii.IsValid(one) ? $"{one}" : $"\\u{(int)one:x4}")));
        }
    }

    private static void TellAll(Run run, List<VerifierKey> added, int already, int left)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteNumber("trusted", added.Count);
                json.WriteNumber("already", already);
                json.WriteNumber("left_out", left);
            });
            return;
        }

        added.ForEach(key => run.Line($"trusted: {key.Name}"));
        run.Line($"{added.Count} new, {already} trusted already, {left} left out");
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
