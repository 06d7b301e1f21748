// `ledger init`: everything that a server in earnest needs, in one directory: authority, certificates, signing key,
// policy, server.yaml, and a profile for this command. Nothing that exists is replaced. One thread.
using System.CommandLine;
using LedgerStore.Engine;
using LedgerStore.Policy.Pki;

namespace LedgerStore.Cli;

/// <summary>Sets a server up.</summary>
internal static class InitCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> directory = new("directory") { Description = "A new directory for keys and configuration" };
        Option<string> name = new("--name")
        {
            HelpName = "NAME",
            Description = "The store's public name: checkpoints are of NAME/ledger, for ever",
            Required = true,
        };
        Option<string[]> hosts = new("--host")
        {
            HelpName = "NAME",
            Description = "Names and addresses of the server (default: the public name and localhost)",
        };
        Option<string?> data = new("--data")
        {
            HelpName = "DIR",
            Description = "Where the data will be (default DIRECTORY/data)",
        };
        Option<int> port = new("--port")
        {
            HelpName = "N",
            Description = "Where the server listens",
            DefaultValueFactory = static _ => 7443,
        };
        return builder.Make(
            "init",
            "Make keys, an authority, certificates, a policy and server.yaml\n\n"
            + "  ledger init /etc/ledgerstore --name ledger.example.org --data /var/lib/ledgerstore",
            [directory, name, hosts, data, port],
            run =>
            {
                string root = Path.GetFullPath(run.Get(directory));
                Make(run, new Plan(
                    root,
                    run.Get(name)!,
                    run.Get(hosts) is { Length: > 0 } given ? given : [run.Get(name)!, "localhost"],
                    Path.GetFullPath(run.Get(data) ?? Path.Combine(root, "data")),
                    run.Get(port)));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static void Make(Run run, Plan plan)
    {
        if (File.Exists(plan.In("server.yaml")))
        {
            throw new UsageException($"{plan.Root} has a server.yaml already", "nothing was changed");
        }

        PkiFiles.CreateDirectory(plan.Root);
        PkiDirectory pki = PkiDirectory.Create(
            plan.In("pki"),
            CertificateAuthority.Create($"{plan.Name} CA", CertificateAuthority.AuthorityValidity, run.Now));
        pki.IssueServer(plan.Hosts, CertificateAuthority.LeafValidity, run.Now);
        foreach (string client in StarterPolicy.Clients)
        {
            pki.IssueClient(plan.Name, client, CertificateAuthority.LeafValidity, run.Now);
        }

        LogKeyFile.Create(plan.In("signing.pem")).Dispose();
        PkiFiles.WritePublic(plan.In("policy.yaml"), StarterPolicy.Text(
            plan.Name, "Who may do what. Change it while the server runs: a valid file takes effect at once."));
        PkiFiles.WritePublic(plan.In("server.yaml"), ServerText(plan, pki));
        ConfigFile.Empty.With(ProfileOf(plan, "pki")).Write(plan.In("ledger.yaml"));
        Report(run, plan, pki, AddProfile(run, plan));
    }

    /// <summary>Adds the profile to the user's configuration, so that the next command just works.</summary>
    /// <returns>Whether it is the one that is used when none is named.</returns>
    private static bool AddProfile(Run run, Plan plan)
    {
        string path = run.Settings.ConfigPath;
        ConfigFile file = File.Exists(path) ? ConfigFile.Read(path) : ConfigFile.Empty;
        if (path != plan.In("ledger.yaml"))
        {
            file = file.With(ProfileOf(plan, plan.In("pki")));
            file.Write(path);
        }

        return file.Default == plan.Name;
    }

    private static Profile ProfileOf(Plan plan, string pki) => new(plan.Name)
    {
        Values = new Dictionary<string, string>
        {
            ["server"] = $"https://{plan.Hosts[0]}:{plan.Port}",
            ["public_name"] = plan.Name,
            ["ca"] = pki + "/ca.pem",
            ["clients"] = pki + "/clients",
            ["append"] = "appender",
            ["read"] = "reader",
            ["verify"] = "auditor",
            ["administer"] = "administrator",
        },
    };

    private static void Report(Run run, Plan plan, PkiDirectory pki, bool isDefault)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("directory", plan.Root);
                json.WriteString("server", plan.In("server.yaml"));
                json.WriteString("policy", plan.In("policy.yaml"));
                json.WriteString("signing_key", plan.In("signing.pem"));
                json.WriteString("config", run.Settings.ConfigPath);
                json.WriteString("profile", plan.Name);
            });
            return;
        }

        run.Line($"made {plan.Root}:");
        TextTable.WriteFacts(run,
        [
            ("  server.yaml", "how the server runs"),
            ("  policy.yaml", "who may do what: review it like code"),
            ("  signing.pem", "signs checkpoints; keep a copy elsewhere"),
            ("  pki", $"authority until {pki.Authority.NotAfter:yyyy-MM-dd}; move pki/ca.key offline"),
            ("  ledger.yaml", "the profile of this store, for other users of this command"),
        ]);
        run.Line($"added the profile {plan.Name} to {run.Settings.ConfigPath}");
        run.Line(string.Empty);
        run.Line("Next:");
        run.Line($"  LedgerStore.Server serve --config {plan.In("server.yaml")}");
        if (!isDefault)
        {
            run.Line($"  export LEDGER_PROFILE={plan.Name}");
        }

        run.Line("  ledger create payments");
        run.Line($"  ledger trust add \"$(ledger key show {plan.In("signing.pem")} payments)\"");
    }

    private static string ServerText(Plan plan, PkiDirectory pki) => $$"""
        # Every setting is described in docs/OPERATIONS.md.
        data: {{plan.Data}}
        listen: 0.0.0.0:{{plan.Port}}
        public_name: {{plan.Name}}          # origins are <public_name>/<ledger>; it cannot be changed later
        tls:
          certificate: {{pki.ServerCertificateFile}}
          key: {{pki.ServerKeyFile}}
          client_ca: {{pki.AuthorityFile}}
        signing_key: {{plan.In("signing.pem")}}
        anchor: {{plan.In("anchor")}}       # best on another disk than the data
        policy: {{plan.In("policy.yaml")}}

        """;

    private sealed record Plan(string Root, string Name, string[] Hosts, string Data, int Port)
    {
        public string In(string file) => Path.Combine(Root, file);
    }
}
