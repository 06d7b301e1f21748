// The examples of docs/APPLICATIONS.md, compiled like any other code. ApplicationsExampleTests runs them and compares
// the document with them.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Client.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Tests.Docs;

internal static class ApplicationsExample
{
    public static async Task AppendAsync(Uri address, string clients, string ca, string state, ILogger logger)
    {
        // docs begin: append
        await using LedgerClient client = new(new LedgerClientOptions
        {
            Address = address,                                       // https://ledger.example.org:7443
            CertificateFile = Path.Combine(clients, "appender.pem"),
            KeyFile = Path.Combine(clients, "appender.key"),
            CaFile = ca,
        });
        await using Appender appender = client.CreateAppender("demo", new AppenderOptions
        {
            Producer = "invoices-1",                                 // this writer's name, for ever
            SpoolDirectory = Path.Combine(state, "ledger-spool"),    // where records wait while the ledger is away
            Logger = logger,                                         // hears when it goes away, and when it is back
        });

        AuditEvent audit = new()
        {
            Who = "anna",
            What = "invoice.approve",
            When = TimeProvider.System.GetUtcNow(),
            Resource = "invoice/7",
            Outcome = AuditOutcome.Success,
        };
        Appended stored = await appender.AppendAsync(audit.ToJson());   // durable when this returns
        Console.WriteLine($"entry {stored.Index}");
        // docs end
    }

    public static WebApplication Web(WebApplicationBuilder builder)
    {
        // docs begin: web
        builder.Services.AddLedgerClient(builder.Configuration.GetSection("Ledger"));
        builder.Logging.AddLedger(new LedgerLoggerOptions { Service = "invoices" });   // the category Audit
        builder.Services.AddHealthChecks().AddLedger();
        WebApplication app = builder.Build();
        app.UseLedgerAudit(new RequestAuditOptions { Service = "invoices" });          // one event for each request
        app.MapHealthChecks("/health");
        // docs end
        return app;
    }

    public static async Task ReadAsync(LedgerClient client, string vkey, string stateFile)
    {
        // docs begin: read
        using Verifier verifier = client.CreateVerifier("demo", new VerifierOptions
        {
            Vkey = vkey,
            StateFile = stateFile,                                   // remembers the newest checkpoint between runs
        });
        Reader reader = client.CreateReader("demo");
        await foreach (LedgerEvent next in reader.Verified(verifier).ReadAsync(new ReadOptions { From = 0 }))
        {
            switch (next)
            {
                case LedgerEntry entry:
                    Console.WriteLine($"{entry.Index} {entry.Appender}: {Encoding.UTF8.GetString(entry.Payload)}");
                    break;
                case ExpiredRange gone:
                    Console.WriteLine($"{gone.Count} entries from {gone.FirstIndex} on expired by policy");
                    break;
                case UnreadableRange bad:
                    Console.WriteLine($"{bad.Count} entries from {bad.FirstIndex} on cannot be read: {bad.Reason}");
                    break;
                default:
                    break;
            }
        }

        // docs end
    }
}
