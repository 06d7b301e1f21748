// What authorization costs a call: the decision, the deny list, the identity and the quota, each by itself.
// Run by BenchmarkDotNet: dotnet run -c Release --project bench/LedgerStore.Bench -- micro PolicyBenchmarks
using System.Text;
using BenchmarkDotNet.Attributes;
using LedgerStore.Policy;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class PolicyBenchmarks
{
    private const int Services = 200;

    private readonly string[] _unknownLedgers = [.. Enumerable.Range(0, 65_536).Select(i => $"svc-7.l{i:x5}")];
    private CompiledPolicy _policy = null!;
    private CertificateFacts _certificate = null!;
    private QuotaMeter _meter = null!;
    private int _next;
    private long _ticks;

    [GlobalSetup]
    public void SetUp()
    {
        StringBuilder yaml = new("version: 1\ntrust_domain: example.org\nidentities:\n");
        for (int i = 0; i < Services; i++)
        {
            yaml.Append($"  svc-{i}: {{ uri: spiffe://example.org/svc-{i} }}\n");
        }

        yaml.Append("roles:\n  writer: [append]\n  auditor: [read, verify]\nbindings:\n");
        for (int i = 0; i < Services; i++)
        {
            yaml.Append($"  - {{ role: writer, identities: [svc-{i}], ledgers: [\"svc-{i}.*\"], ");
            yaml.Append("quota: { streams: 4 } }\n");
            yaml.Append($"  - {{ role: auditor, identities: [svc-{i}], ");
            yaml.Append($"ledgers: [\"*.eu.svc-{i}\", \"shared.*\"] }}\n");
        }

        yaml.Append("deny:\n  - { issuer: \"CN=Example CA\", serial: \"0a1b\" }\n");
        PolicyParseResult result = PolicyDocument.Parse(Encoding.UTF8.GetBytes(yaml.ToString()));
        _policy = CompiledPolicy.Compile(
            result.Policy ?? throw new InvalidOperationException(result.Diagnostics[0].ToString()));
        byte[] hash = new byte[32];
        DistinguishedName issuer = DistinguishedName.Parse("CN=Example CA", out _)!;
        _certificate = CertificateFacts.Create("spiffe://example.org/svc-7", hash, issuer, [1, 2, 3], hash);
        _meter = new QuotaMeter(new Quota(50_000, 20_000_000, 16, null), 1_000_000_000, 0);
    }

    /// <summary>The hot path: the same identity on the same ledger.</summary>
    [Benchmark(Baseline = true)]
    public Decision DecideCached() => _policy.Decide("svc-7", Capability.Append, "svc-7.payments");

    [Benchmark]
    public Decision DecideCachedDenied() => _policy.Decide("svc-7", Capability.Administer, "svc-7.payments");

    /// <summary>Nothing matches: evaluated each time, and nothing is kept.</summary>
    [Benchmark]
    public Decision DecideNoMatch() => _policy.Decide("svc-7", Capability.Append, "svc-8.payments");

    /// <summary>More ledgers than the cache holds.</summary>
    [Benchmark]
    public Decision DecideCacheMiss() =>
        _policy.Decide("svc-7", Capability.Append, _unknownLedgers[_next++ & 0xFFFF]);

    [Benchmark]
    public bool IsDenied() => _policy.IsDenied(_certificate);

    [Benchmark]
    public Identification Identify() => _policy.Identify(_certificate);

    [Benchmark]
    public QuotaVerdict QuotaTake() => _meter.Take(1, 256, _ticks += 20_000);
}
