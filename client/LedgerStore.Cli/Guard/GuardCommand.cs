// `ledger guard`: follows ledgers with proof, and tells somebody when something is wrong. One thread starts it; it runs
// until it is interrupted.
using System.CommandLine;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Pki;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Runs and tries out the guard.</summary>
internal static class GuardCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Option<string?> rules = RulesOption();
        Option<string?> state = new("--state")
        {
            HelpName = "DIR",
            Description = "Where it keeps what it knows (default beside the configuration: guard)",
        };
        Option<string?> lookBack = AgeOption.Make(
            "--since", "How far back to look in a ledger that is watched for the first time (default: not at all)");
        Option<string?> metrics = new("--metrics")
        {
            HelpName = "ADDRESS",
            Description = "Serve Prometheus text on an address of this machine, such as 127.0.0.1:9466",
        };
        Command command = builder.Make(
            "guard",
            "Watch ledgers by rules, and say so when something is wrong\n\n"
            + "It reads with proof as an identity of its own, writes alerts into the ledger _alerts, and sends them "
            + "where the file of rules says.\n\n"
            + "  ledger guard --rules alerts.yaml --as guard\n"
            + "  ledger guard test --rules alerts.yaml --since 30d",
            [rules, state, lookBack, metrics],
            run => RunAsync(
                run, run.Get(rules), run.Get(state), AgeOption.Parse(run.Get(lookBack)), AddressOf(run.Get(metrics))));
        command.Add(GuardRules.List(builder));
        command.Add(GuardRules.Check(builder));
        command.Add(GuardTest.Create(builder));
        return command;
    }

    internal static Option<string?> RulesOption() => new("--rules")
    {
        HelpName = "FILE",
        Description = "The rules, and where alerts go (default: what is built in)",
    };

    /// <summary>The rules of a file, or what is built in.</summary>
    internal static RuleFile Load(Run run, string? file)
    {
        try
        {
            return file is null ? RuleFileReader.BuiltIn() : RuleFileReader.Load(file);
        }
        catch (RuleFileException wrong)
        {
            foreach (string problem in wrong.Problems.SkipLast(1))
            {
                run.Note(problem);
            }

            throw new UsageException(wrong.Problems[^1], "nothing of the file is used until all of it is right");
        }
    }

    /// <summary>The trusted key of a ledger; null: there is none.</summary>
    internal static VerifierOptions? TrustOf(Run run, string ledger, string? stateDirectory)
    {
        TrustFile trust = TrustFile.Load(run.Settings.TrustPath);
        string end = run.Settings.PublicName is { } name ? $"{name}/{ledger}" : $"/{ledger}";
        bool isKnown = trust.Keys.Any(key => run.Settings.PublicName is null
            ? key.Name.Text.EndsWith(end, StringComparison.Ordinal)
            : key.Name.Text == end);
        return !isKnown ? null : new VerifierOptions
        {
            Vkey = trust.KeyOf(ledger, run.Settings.PublicName).ToString(),
            StateFile = stateDirectory is null ? null : Path.Combine(stateDirectory, $"seen-{ledger}"),
        };
    }

    private static IPEndPoint? AddressOf(string? text) => text is null ? null
        : text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? address)
            ? address
            : throw new UsageException($"'{text}' is no address with a port", "for example 127.0.0.1:9466");

    private static async Task<int> RunAsync(
        Run run, string? rules, string? state, TimeSpan? lookBack, IPEndPoint? metrics)
    {
        RuleFile file = Load(run, rules);
        string directory = Path.GetFullPath(
            state ?? Path.Combine(Path.GetDirectoryName(run.Settings.ConfigPath)!, "guard"));
        PkiFiles.CreateDirectory(directory);
        using LedgerClient client = run.Connect(Capability.Read);
        GuardOptions options = new()
        {
            Rules = file,
            Client = client,
            TrustOf = ledger => TrustOf(run, ledger, directory),
            State = directory,
            Time = run.Host.Time,
            LookBack = lookBack,
            Metrics = metrics,
            CertificateExpires = ExpiryOf(run),
            Say = text => Say(run, text),
        };
        try
        {
            await LedgerStore.Guard.Guard.RunAsync(
                options,
                _ => Say(run, $"ready: {file.Rules.Count} rules, {file.Targets.Count} targets"),
                run.Cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (GuardException cannot)
        {
            throw new UsageException(cannot.Message);
        }
    }

    private static void Say(Run run, string text)
    {
        lock (run)
        {
            run.Line($"{JsonOutput.Time(run.Now)}  {SafeText.Line(text)}");
            run.Host.Out.Flush();
        }
    }

    private static DateTimeOffset? ExpiryOf(Run run)
    {
        if (run.Settings.ClientFor(Capability.Read) is not { } files)
        {
            return null;
        }

        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(PkiFiles.Read(files.Certificate));
        return new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
    }
}
