// What an operator decided, complete and checked for form. Made once at start; immutable; any thread.
using System.Collections.Immutable;
using System.Net;

namespace LedgerStore.Server.Config;

/// <summary>The settings of a server. Every path is absolute.</summary>
internal sealed record ServerConfig
{
    /// <summary>The file it was read from, or null.</summary>
    public string? File { get; init; }

    public required string Data { get; init; }

    public required IPEndPoint Listen { get; init; }

    public required string PublicName { get; init; }

    /// <summary>Whether browsers may read, verify and list: gRPC-Web, under the same rights and records.</summary>
    public required bool GrpcWeb { get; init; }

    public required TlsConfig Tls { get; init; }

    public required string SigningKey { get; init; }

    public required string Anchor { get; init; }

    public required string Policy { get; init; }

    public required TimeSpan CheckpointInterval { get; init; }

    public required long JournalBudgetBytes { get; init; }

    public required long ReadCacheBytes { get; init; }

    public required long ReserveBytes { get; init; }

    /// <summary>Where the payload of cold segments goes; null: nothing becomes cold.</summary>
    public required ColdConfig? Cold { get; init; }

    public required long TiersBytesPerSecond { get; init; }

    public required TimeSpan TiersInterval { get; init; }

    public required int ConnectionsMax { get; init; }

    public required int ConnectionsPerAddressMax { get; init; }

    public required int HandshakesPerSecond { get; init; }

    public required int StreamsPerConnectionMax { get; init; }

    public required int StreamsPerIdentityMax { get; init; }

    public required int StreamsMax { get; init; }

    public required IPEndPoint? MetricsListen { get; init; }

    /// <summary>A word of MetricsDoor.</summary>
    public required string MetricsAccess { get; init; }

    public required Uri? MetricsOtlp { get; init; }

    /// <summary>The page for browsers; null: there is none.</summary>
    public required ConsoleConfig? Console { get; init; }

    public required string LogLevel { get; init; }

    public required string LogFormat { get; init; }

    public required TimeSpan ReloadInterval { get; init; }

    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>What is not wrong but worth a line in the log: variables that no setting has, for example.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Reads a file (or none) and the environment over it.</summary>
    /// <exception cref="ConfigException">All that is wrong, each with its place.</exception>
    public static ServerConfig Load(string? file, IReadOnlyDictionary<string, string> environment) =>
        ConfigReader.Load(file, environment);

    /// <summary>The environment of this process, in the form that Load takes.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        Dictionary<string, string> variables = [];
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }
}

/// <summary>The files of the TLS listener.</summary>
internal sealed record TlsConfig(string Certificate, string Key, string ClientCa);
