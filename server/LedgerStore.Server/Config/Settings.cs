// All settings of a server, in the order of the documentation. The reader, the environment and the table in
// docs/OPERATIONS.md are made from this list. Constants.
using System.Globalization;

namespace LedgerStore.Server.Config;

internal static class Settings
{
    public const string Enabled = "enabled";
    private const string Disabled = "disabled";

    public static readonly Setting Data = Required("data", SettingKind.Directory,
        "The data directory; keys, certificates, anchor and policy must be elsewhere.");

    public static readonly Setting Listen = Optional("listen", SettingKind.Address, "0.0.0.0:7443",
        "Where gRPC and tiles are served, always over mutual TLS.");

    public static readonly Setting PublicName = Required("public_name", SettingKind.Name,
        "The name of the store in checkpoint origins, `<public_name>/<ledger>`. It cannot be changed later.");

    public static readonly Setting GrpcWeb = Optional("grpc_web", SettingKind.Choice, Disabled,
        "Whether Reader, Verifier and Catalog also speak gRPC-Web, for browsers; the same certificates and rights.");

    public static readonly Setting TlsCertificate = Required("tls.certificate", SettingKind.File,
        "The server's certificate, PEM, followed by intermediate ones if there are any. Reloaded on change.");

    public static readonly Setting TlsKey = Required("tls.key", SettingKind.File,
        "Its private key, PEM, mode 0600. Reloaded on change.");

    public static readonly Setting TlsClientCa = Required("tls.client_ca", SettingKind.File,
        "The authorities that client certificates must come from, PEM. Reloaded on change.");

    public static readonly Setting SigningKey = Required("signing_key", SettingKind.File,
        "The Ed25519 key that signs checkpoints, PEM, mode 0600.");

    public static readonly Setting Anchor = Required("anchor", SettingKind.File,
        "The record of published checkpoints that shows a rollback of the data; best on another disk.");

    public static readonly Setting Policy = Required("policy", SettingKind.File,
        "Who may do what (policy.yaml). Reloaded on change.");

    public static readonly Setting CheckpointInterval = Optional("checkpoint_interval", SettingKind.Duration, "100ms",
        "How often a ledger that grew gets a signed checkpoint, 10ms to 1h.");

    public static readonly Setting JournalBudget = Optional("journal.budget", SettingKind.Size, "1GiB",
        "Disk space for the journal, 256MiB to 64GiB.");

    public static readonly Setting ReadCache = Optional("read_cache", SettingKind.Size, "64MiB",
        "Memory for decoded bundles, 1MiB to 64GiB.");

    public static readonly Setting Reserve = Optional("reserve", SettingKind.Size, "64MiB",
        "Disk space kept for access records, checkpoints, expiry and a restart when the disk is full, 8MiB to 64GiB."
        + " As much again as is accepted and not yet in the ledgers' files is kept beside it.");

    public static readonly Setting ColdDirectory = Optional("cold.directory", SettingKind.Directory, null,
        "Where the payload of cold segments goes: a directory on another volume. Or `cold.bucket`; without both"
        + " nothing becomes cold.");

    public static readonly Setting ColdBucket = Optional("cold.bucket", SettingKind.Bucket, null,
        "The S3 bucket for the payload of cold segments. Credentials come from the standard AWS chain.");

    public static readonly Setting ColdEndpoint = Optional("cold.endpoint", SettingKind.Url, null,
        "The address of an S3-compatible store, https unless on this machine; without it, Amazon's.");

    public static readonly Setting ColdRegion = Optional("cold.region", SettingKind.Region, null,
        "The bucket's region; without it the standard AWS chain decides, with an endpoint us-east-1.");

    public static readonly Setting ColdPrefix = Optional("cold.prefix", SettingKind.Prefix, null,
        "What the names of all objects begin with, a slash follows.");

    public static readonly Setting ColdObjectLock = Optional("cold.object_lock", SettingKind.Choice, "compliance",
        "What kind of retention objects get, up to the ledger's floor, where the bucket has Object Lock.");

    public static readonly Setting TiersRate = Optional("tiers.rate", SettingKind.Size, "24MiB",
        "Bytes that are read and written in a second to recompress, move and expire segments, 1MiB to 4GiB.");

    public static readonly Setting TiersInterval = Optional("tiers.interval", SettingKind.Duration, "10m",
        "How often ledgers are looked through for what is due, 1s to 24h.");

    public static readonly Setting Connections = OptionalNumber("limits.connections", ServerLimits.Connections,
        "Connections at a time, 1 to 100000; more are closed at once.");

    public static readonly Setting ConnectionsPerAddress = OptionalNumber(
        "limits.connections_per_address", ServerLimits.ConnectionsPerAddress,
        "Connections at a time from one address (IPv6: /64), 1 to 100000.");

    public static readonly Setting HandshakesPerSecond = OptionalNumber(
        "limits.handshakes_per_second", ServerLimits.HandshakesPerSecond,
        "New connections in a second, 4 to 100000, a quarter of them from one address; five seconds' worth may come at"
        + " once, more wait up to 5s.");

    public static readonly Setting StreamsPerConnection = OptionalNumber(
        "limits.streams_per_connection", ServerLimits.StreamsPerConnection,
        "Calls at a time on one connection, 1 to 4096.");

    public static readonly Setting StreamsPerIdentity = OptionalNumber(
        "limits.streams_per_identity", ServerLimits.StreamsPerIdentity,
        "Open streams (appends, reads, watches) of one identity, 1 to 100000; a quota can only lower it.");

    public static readonly Setting Streams = OptionalNumber("limits.streams", ServerLimits.Streams,
        "Open streams of all identities, 1 to 100000.");

    public static readonly Setting MetricsListen = Optional("metrics.listen", SettingKind.Address, null,
        "Where metrics and health are served; `metrics.access` says to whom.");

    public static readonly Setting MetricsAccess = Optional("metrics.access", SettingKind.Choice, "loopback",
        "Who may read metrics: programs of this machine, by plain HTTP; by TLS who may `verify` on `*` (health:"
        + " everybody); by TLS everybody; by plain HTTP everybody, who can then also be lied to.");

    public static readonly Setting MetricsOtlp = Optional("metrics.otlp", SettingKind.Url, null,
        "Where metrics and traces are pushed to by OTLP.");

    public static readonly Setting ConsoleListen = Optional("console.listen", SettingKind.Address, null,
        "Where the page for browsers is served, always over TLS; without it there is none.");

    public static readonly Setting ConsoleAddress = Optional("console.address", SettingKind.Url, null,
        "The page's address as browsers have it, `https://ledger.example.org:8443`: no other is answered, and the"
        + " provider sends people back to it, with `/signed-in`.");

    public static readonly Setting OidcAuthority = Optional("console.oidc.authority", SettingKind.Url, null,
        "The OpenID Connect provider: the issuer of its tokens, https unless on this machine.");

    public static readonly Setting OidcClientId = Optional("console.oidc.client_id", SettingKind.Text, null,
        "What the provider calls this server.");

    public static readonly Setting OidcClientSecretFile = Optional("console.oidc.client_secret_file", SettingKind.File,
        null, "The secret that the provider gave it, mode 0600; without it PKCE alone protects the code.");

    public static readonly Setting OidcRequiredAcr = Optional("console.oidc.required_acr", SettingKind.Text, null,
        "The class of sign-in (`acr`) without which nobody gets in; policy.yaml can demand more for single rights.");

    public static readonly Setting OidcMaxAge = Optional("console.oidc.max_age", SettingKind.Duration, "8h",
        "The age of a sign-in at which its session ends, 1m to 24h.");

    public static readonly Setting OidcGroups = Optional("console.oidc.groups", SettingKind.Text, null,
        "The claim of the ID token that has the person's groups; without it only subjects are known.");

    public static readonly Setting OidcScope = Optional("console.oidc.scope", SettingKind.Text, "openid profile",
        "What is asked for, `openid` among it.");

    public static readonly Setting LogLevel = Optional("log.level", SettingKind.Choice, "information",
        "How much is logged; never a payload.");

    public static readonly Setting LogFormat = Optional("log.format", SettingKind.Choice, "json",
        "How log lines look.");

    public static readonly Setting ReloadInterval = Optional("reload_interval", SettingKind.Duration, "1s",
        "How often certificate, authorities and policy are looked at for changes, 100ms to 1h; SIGHUP does it now.");

    public static readonly Setting ShutdownTimeout = Optional("shutdown_timeout", SettingKind.Duration, "30s",
        "How long calls may go on after SIGTERM, 0s to 1h.");

    /// <summary>In the order of the documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        Data, Listen, PublicName, GrpcWeb, TlsCertificate, TlsKey, TlsClientCa, SigningKey, Anchor, Policy,
        CheckpointInterval, JournalBudget, ReadCache, Reserve, ColdDirectory, ColdBucket, ColdEndpoint, ColdRegion,
        ColdPrefix, ColdObjectLock, TiersRate, TiersInterval, Connections, ConnectionsPerAddress, HandshakesPerSecond,
        StreamsPerConnection, StreamsPerIdentity, Streams, MetricsListen, MetricsAccess, MetricsOtlp, ConsoleListen,
        ConsoleAddress, OidcAuthority, OidcClientId, OidcClientSecretFile, OidcRequiredAcr, OidcMaxAge, OidcGroups,
        OidcScope, LogLevel, LogFormat, ReloadInterval, ShutdownTimeout,
    ];

    /// <summary>What says nothing without a page.</summary>
    public static readonly Setting[] OfConsole =
        [ConsoleAddress, OidcAuthority, OidcClientId, OidcClientSecretFile, OidcRequiredAcr, OidcGroups];

    private static readonly string[] s_levels = ["trace", "debug", "information", "warning", "error"];
    private static readonly string[] s_formats = ["json", "text"];

    private static readonly string[] s_switch = [Disabled, Enabled];

    private static readonly string[] s_locks = ["compliance", "governance"];

    private static readonly string[] s_accesses =
        [MetricsDoor.Loopback, MetricsDoor.MutualTls, MetricsDoor.TlsForEverybody, MetricsDoor.PlainForEverybody];

    public static IReadOnlyList<string> ChoicesOf(Setting setting) =>
        setting == LogLevel ? s_levels
        : setting == LogFormat ? s_formats
        : setting == MetricsAccess ? s_accesses
        : setting == GrpcWeb ? s_switch
        : s_locks;

    private static Setting OptionalNumber(string path, int value, string description) =>
        Optional(path, SettingKind.Number, value.ToString(CultureInfo.InvariantCulture), description);

    private static Setting Required(string path, SettingKind kind, string description) =>
        new(path, kind, null, true, description);

    private static Setting Optional(string path, SettingKind kind, string? value, string description) =>
        new(path, kind, value, false, description);
}
