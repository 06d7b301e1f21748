// services.AddLedgerClient(...): the client and an appender as singletons, with settings from code or configuration.
// Run once, at start.

using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Client;

/// <summary>Registration with dependency injection.</summary>
public static class LedgerServiceExtensions
{
    /// <summary>
    /// Registers a <see cref="LedgerClient"/> and an <see cref="Appender"/> as configuration says: <c>Address</c>,
    /// <c>CertificateFile</c>, <c>KeyFile</c>, <c>CaFile</c>, <c>ServerName</c>, <c>Connections</c>, <c>Ledger</c>,
    /// <c>Producer</c>, <c>ContentType</c>, <c>SpoolDirectory</c>, <c>SpoolBytesMax</c>, <c>MemoryBytesMax</c>.
    /// </summary>
    public static IServiceCollection AddLedgerClient(this IServiceCollection services, IConfiguration section) =>
        services.AddLedgerClient(ClientOptions(section), section["Ledger"] ?? Missing("Ledger"), Appender(section));

    /// <summary>Registers a <see cref="LedgerClient"/>, and an <see cref="Appender"/> to one ledger.</summary>
    public static IServiceCollection AddLedgerClient(
        this IServiceCollection services, LedgerClientOptions client, string ledger, AppenderOptions appender)
    {
        services.TryAddSingleton(_ => new LedgerClient(client));

        // The container disposes in the reverse order of creation: the appender delivers, and then the client closes.
        services.TryAddSingleton(provider =>
            provider.GetRequiredService<LedgerClient>().CreateAppender(
                ledger, appender with { Logger = appender.Logger ?? new LateLogger(provider) }));
        return services;
    }

    /// <summary>Writes log entries of audit categories to the registered appender.</summary>
    public static ILoggingBuilder AddLedger(this ILoggingBuilder logging, LedgerLoggerOptions options)
    {
        logging.Services.AddSingleton<ILoggerProvider>(provider =>
            new LedgerLoggerProvider(provider.GetRequiredService<Appender>(), options));
        return logging;
    }

    // By hand, since binding by reflection does not survive trimming.
    private static LedgerClientOptions ClientOptions(IConfiguration section) => new()
    {
        Address = new Uri(section["Address"] ?? Missing("Address")),
        CertificateFile = section["CertificateFile"],
        KeyFile = section["KeyFile"],
        CaFile = section["CaFile"],
        ServerName = section["ServerName"],
        Connections = (int)(Number(section, "Connections") ?? 1),
    };

    private static AppenderOptions Appender(IConfiguration section)
    {
        AppenderOptions defaults = new();
        return defaults with
        {
            Producer = section["Producer"],
            ContentType = section["ContentType"] ?? AuditEvent.ContentType,
            SpoolDirectory = section["SpoolDirectory"],
            SpoolBytesMax = Number(section, "SpoolBytesMax") ?? defaults.SpoolBytesMax,
            MemoryBytesMax = Number(section, "MemoryBytesMax") ?? defaults.MemoryBytesMax,
        };
    }

    private static long? Number(IConfiguration section, string name) => section[name] is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new InvalidOperationException($"the setting {name} of the ledger client is '{text}', not a number");

    private static string Missing(string name) =>
        throw new InvalidOperationException($"the setting {name} of the ledger client is missing");
}
