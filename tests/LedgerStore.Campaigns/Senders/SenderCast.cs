// Which senders take part: all that are installed here, or those that are named. Immutable; any thread.
using System.Net;
using System.Net.Sockets;
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Running;
using OpenTelemetry.Exporter;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Makes senders.</summary>
internal sealed record SenderCast(string[] Names, int Records, TimeSpan Time)
{
    private const string NodeFolder = "tests/interop/intake-node";

    public static readonly string[] All =
    [
        "curl", "curl-unnamed", "curl-splunk", "kubernetes", "cloudevents-net", "cloudevents-node", "otlp-net",
        "otlp-net-grpc", "otlp-node", "otlp-node-grpc", "rsyslog", "syslog-ng", "audisp", "file",
    ];

    /// <summary>Those that cannot be had here, and why.</summary>
    public static IEnumerable<(string Name, string Reason)> Absent() => All
        .Select(static name => (name, ReasonOf(name)))
        .Where(static each => each.Item2 is not null)
        .Select(static each => (each.name, each.Item2!));

    public IReadOnlyList<Sender> Make(string pki, string home, Action answered, Func<string, Task<ulong?>> size)
    {
        string[] absent = [.. Absent().Select(static each => each.Name)];
        return [.. Names.Except(absent).Select(name => Of(name, PlaceOf(name, pki, home, answered, size)))];
    }

    private static string? ReasonOf(string name) => name switch
    {
        "rsyslog" => WithoutFile(RsyslogSender.Program),
        "syslog-ng" => WithoutFile(SyslogNgSender.Program),
        "audisp" => WithoutFile(AuditSender.Program) ?? WithoutFile(AuditSender.Tunnel) ?? MountSpace.Refusal,
        "curl" or "curl-unnamed" or "curl-splunk" => WithoutFile("/usr/bin/curl"),
        _ when name.Contains("node", StringComparison.Ordinal) =>
            Directory.Exists(Path.Combine(PlantedBuild.Root(), NodeFolder, "node_modules"))
                ? null
                : $"npm ci --prefix {NodeFolder} was not run",
        _ => null,
    };

    private static string? WithoutFile(string program) => File.Exists(program) ? null : $"{program} is not installed";

    private static Sender Of(string name, SenderPlace place) => name switch
    {
        "curl" => new CurlSender(place, "json", isNamed: true),
        "curl-unnamed" => new CurlSender(place, "json", isNamed: false),
        "curl-splunk" => new CurlSender(place, "splunk", isNamed: false),
        "kubernetes" => new KubernetesSender(place),
        "cloudevents-net" => new CloudEventsSender(place),
        "cloudevents-node" => new NodeSender(place, Script, "cloudevents"),
        "otlp-net" => new OtlpSender(place, OtlpExportProtocol.HttpProtobuf),
        "otlp-net-grpc" => new OtlpSender(place, OtlpExportProtocol.Grpc),
        "otlp-node" => new NodeSender(place, Script, "http"),
        "otlp-node-grpc" => new NodeSender(place, Script, "grpc"),
        "rsyslog" => new RsyslogSender(place),
        "syslog-ng" => new SyslogNgSender(place),
        "audisp" => new AuditSender(place, FreePort()),
        "file" => new FileSender(place),
        _ => throw new InvalidOperationException($"{name} is no sender: {string.Join(", ", All)}"),
    };

    private static string Script => Path.Combine(PlantedBuild.Root(), NodeFolder, "steady.js");

    private SenderPlace PlaceOf(
        string name, string pki, string home, Action answered, Func<string, Task<ulong?>> size) => new(
            name, Directory.CreateDirectory(Path.Combine(home, name)).FullName, pki, FreePort(), Records, Time,
            new Tally(Records, answered), () => size(SenderPlace.LedgerOf(name)));

    private static int FreePort()
    {
        using TcpListener any = new(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }
}
