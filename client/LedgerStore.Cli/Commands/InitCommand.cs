// `ledger init`: everything that a server in earnest needs, in one directory: authority, certificates, signing key,
// policy, server.yaml, and a profile for this command. Nothing that exists is replaced. One thread.
using System.CommandLine;
using LedgerStore.Engine;
using LedgerStore.Pki;
using LedgerStore.Policy;

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
        Option<string?> anchor = new("--anchor")
        {
            HelpName = "FILE",
            Description = "Where the anchor will be (default DIR-anchor/anchor for --data DIR, else DIRECTORY/anchor)",
        };
        Option<string?> at = new("--at")
        {
            HelpName = "DIR",
            Description = "Where the server will find the new directory, if it is moved (default where it is made)",
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
            + "  ledger init /etc/ledgerstore --name ledger.example.org --data /var/lib/ledgerstore\n"
            + "  ledger init ./made --at /etc/ledgerstore --name ledger.example.org --data /var/lib/ledgerstore",
            [directory, name, hosts, data, anchor, at, port],
            run =>
            {
                Make(run, PlanOf(
                    new Places(run.Get(directory), run.Get(at), run.Get(data), run.Get(anchor)),
                    run.Get(name)!,
                    run.Get(hosts) ?? [],
                    run.Get(port)));
                return Task.FromResult(ExitCode.Done);
            });
    }

    // The anchor shows that data was rolled back: it is beside the data, never in it, and not where configuration is,
    // which a server that is well kept cannot write.
    private static Plan PlanOf(Places given, string name, string[] hosts, int port)
    {
        string root = Path.GetFullPath(given.Directory);
        string server = Path.GetFullPath(given.At ?? root);
        string data = Path.GetFullPath(given.Data ?? Path.Combine(server, "data"));
        string anchor = given.Data is null
            ? Path.Combine(server, "anchor")
            : Path.Combine(Path.TrimEndingDirectorySeparator(data) + "-anchor", "anchor");
        return new Plan(
            root,
            server,
            name,
            hosts.Length > 0 ? hosts : [name, "localhost"],
            data,
            Path.GetFullPath(given.Anchor ?? anchor),
            port);
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
        PkiFiles.WritePublic(plan.In("server.yaml"), ServerText(plan));
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
        if (plan.Server != plan.Root)
        {
            run.Line($"  put server.yaml, policy.yaml, signing.pem and server.* and ca.pem of pki into {plan.Server}");
        }

        run.Line($"  LedgerStore.Server serve --config {plan.At("server.yaml")}");
        if (!isDefault)
        {
            run.Line($"  export LEDGER_PROFILE={plan.Name}");
        }

        run.Line("  ledger create payments");
        run.Line($"  ledger trust add \"$(ledger key show {plan.In("signing.pem")} payments)\"");
    }

    private static string ServerText(Plan plan) => $$"""
        # Every setting is described in docs/OPERATIONS.md.
        data: {{plan.Data}}
        listen: 0.0.0.0:{{plan.Port}}
        public_name: {{plan.Name}}          # origins are <public_name>/<ledger>; it cannot be changed later
        tls:
          certificate: {{plan.At("pki/server.pem")}}
          key: {{plan.At("pki/server.key")}}
          client_ca: {{plan.At("pki/ca.pem")}}
        signing_key: {{plan.At("signing.pem")}}
        anchor: {{plan.Anchor}}       # best on another disk than the data
        policy: {{plan.At("policy.yaml")}}

        """;

    /// <summary>What was given on the command line.</summary>
    private sealed record Places(string Directory, string? At, string? Data, string? Anchor);

    /// <param name="Root">Where everything is made.</param>
    /// <param name="Server">Where the server finds it.</param>
    private sealed record Plan(
        string Root, string Server, string Name, string[] Hosts, string Data, string Anchor, int Port)
    {
        public string In(string file) => Path.Combine(Root, file);

        public string At(string file) => Path.Combine(Server, file);
    }
}
