// `ledger pki`: certificates of a private authority in a directory. One thread.
using System.CommandLine;
using LedgerStore.Pki;

namespace LedgerStore.Cli;

/// <summary>Issues, renews and lists certificates.</summary>
internal static class PkiCommand
{
    private const string Scheme = "spiffe://";

    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "pki", "Certificates of your own authority", [Issue(builder), Renew(builder), List(builder)]);

    private static Option<string?> Directory() => new("--pki")
    {
        HelpName = "DIR",
        Description = "The authority's directory (default: that of the profile)",
    };

    private static Option<int?> Days() => new("--days")
    {
        HelpName = "N",
        Description = "How long the certificate holds (default 90, and no longer than the authority)",
    };

    private static Command Issue(CommandBuilder builder)
    {
        Argument<string> name = new("name") { Description = "The client; its identity is spiffe://DOMAIN/name" };
        Option<string?> pki = Directory();
        Option<string?> domain = new("--trust-domain")
        {
            HelpName = "DOMAIN",
            Description = "The policy's trust_domain (default: that of the other clients)",
        };
        Option<int?> days = Days();
        return builder.Make(
            "issue",
            "Make a certificate and key for a client\n\n  ledger pki issue payments --pki ./pki",
            [name, pki, domain, days],
            run =>
            {
                PkiDirectory directory = PkiDirectory.Open(PathOf(run, pki));
                DateTimeOffset now = run.Now;
                CertificateReport made = directory.IssueClient(
                    run.Get(domain) ?? DomainOf(directory.Path), run.Get(name),
                    ValidityOf(now, directory, run.Get(days)), now);
                Report(run, made, directory.ClientCertificateFile(run.Get(name)));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command Renew(CommandBuilder builder)
    {
        Argument<string> name = new("name") { Description = "The client, or server" };
        Option<string?> pki = Directory();
        Option<int?> days = Days();
        return builder.Make(
            "renew",
            "Make a new key and certificate with the same identity\n\n"
            + "  ledger pki renew payments\n"
            + "  ledger pki renew server --days 30         a server that runs takes it without a restart",
            [name, pki, days],
            run =>
            {
                PkiDirectory directory = PkiDirectory.Open(PathOf(run, pki));
                DateTimeOffset now = run.Now;
                TimeSpan validity = ValidityOf(now, directory, run.Get(days));
                bool isServer = run.Get(name) == "server";
                CertificateReport made = isServer
                    ? directory.RenewServer(validity, now)
                    : directory.RenewClient(run.Get(name), validity, now);
                Report(run, made, isServer
                    ? directory.ServerCertificateFile
                    : directory.ClientCertificateFile(run.Get(name)));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command List(CommandBuilder builder)
    {
        Option<string?> pki = Directory();
        return builder.Make(
            "list",
            "List what was ever issued, with what a deny list needs\n\n  ledger pki list --json",
            [pki],
            run =>
            {
                Print(run, PkiDirectory.List(PathOf(run, pki)));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static void Print(Run run, IReadOnlyList<ListedCertificate> listed)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteStartArray("certificates");
                foreach (ListedCertificate item in listed)
                {
                    CertificateReport certificate = item.Certificate;
                    json.WriteStartObject();
                    json.WriteString("role", certificate.Role.ToString().ToLowerInvariant());
                    json.WriteString("name", string.Join(' ', certificate.Names));
                    json.WriteString("issuer", certificate.Issuer);
                    json.WriteString("serial", certificate.Serial);
                    json.WriteString("fingerprint", certificate.Fingerprint);
                    json.WriteString("spki", certificate.SpkiFingerprint);
                    json.WriteString("not_after", JsonOutput.Time(certificate.NotAfter));
                    json.WriteBoolean("in_use", item.IsInUse);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        TextTable.Write(
            run,
            ["name", "state", "in use", "serial"],
            [
                .. listed.Select(item => new[]
                {
                    string.Join(' ', item.Certificate.Names),
                    item.Certificate.StateAt(run.Now),
                    item.IsInUse ? "yes" : "no",
                    item.Certificate.Serial,
                }),
            ]);
    }

    private static string PathOf(Run run, Option<string?> option) => run.Get(option)
        ?? Path.GetDirectoryName(run.Settings.Profile?.Get("clients"))
        ?? throw new UsageException("it is not known where the authority is", "give --pki DIR");

    private static TimeSpan ValidityOf(DateTimeOffset now, PkiDirectory directory, int? days)
    {
        if (days is { } asked)
        {
            return TimeSpan.FromDays(asked);
        }

        // A development authority lives shorter than what is usual.
        TimeSpan left = directory.Authority.NotAfter - now;
        return left < CertificateAuthority.LeafValidity ? left : CertificateAuthority.LeafValidity;
    }

    private static string DomainOf(string path)
    {
        string? uri = PkiDirectory.List(path).SelectMany(item => item.Certificate.Names)
            .FirstOrDefault(name => name.StartsWith(Scheme, StringComparison.Ordinal));
        return uri is null
            ? throw new UsageException("no client was issued here yet", "give --trust-domain DOMAIN, as in the policy")
            : uri[Scheme.Length..].Split('/')[0];
    }

    private static void Report(Run run, CertificateReport made, string file)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("certificate", file);
                json.WriteString("serial", made.Serial);
                json.WriteString("fingerprint", made.Fingerprint);
                json.WriteString("not_after", JsonOutput.Time(made.NotAfter));
            });
            return;
        }

        run.Line($"wrote {file}: {string.Join(' ', made.Names)}, {made.StateAt(run.Now)}");
    }
}
