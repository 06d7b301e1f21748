// What it costs to ask who calls and whether they may: the very objects that the server asks, in a loop, in processor
// time of this thread. Identity and policy are those of a development server that runs beside.
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Following;
using LedgerStore.Server.Hosting;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Rights;
using LedgerStore.Server.Trust;

namespace LedgerStore.Bench.Wire;

/// <summary>The checks of the append path, alone.</summary>
internal sealed class AuthorizationCost : IDisposable
{
    private const int Rounds = 200_000;

    private readonly BenchStore _store = new(ledgers: 1);
    private readonly IdentityService _identities;
    private readonly CallServices _services;
    private readonly ConnectionCaller _connection;
    private readonly string _ledger = BenchStore.Name(0);

    public AuthorizationCost(string data)
    {
        TimeProvider time = TimeProvider.System;
        DevLayout layout = DevLayout.For(data);
        PkiDirectory pki = DevelopmentPki.Ensure(
            layout.Pki, DevCommand.TrustDomain, StarterPolicy.Clients, time.GetUtcNow());
        ServerConfig config = DevCommand.ConfigOf(layout, pki, port: 0, metricsPort: -1);
        ServerTrust trust = ServerTrust.Load(config, ServeMode.Development, time);
        _identities = new IdentityService(trust, time);
        AuditLog audit = AuditLog.Open(_store.Store);
        _services = new CallServices(
            _store.Store, new PolicyInForce(trust, time), new AccessRecorder(audit, time), audit, time)
        {
            RecordInterval = TimeSpan.FromMinutes(1),
            HeartbeatInterval = TimeSpan.FromSeconds(10),
            Followers = new Followers(new FollowerTurns(1, time), TimeSpan.FromSeconds(10), time),
        };
        _connection = new ConnectionCaller(new IPEndPoint(IPAddress.Loopback, 1))
        {
            Certificate = Accepted($"{layout.Pki}/clients/appender.pem", trust.Current.ClientAuthorities, time),
        };
    }

    /// <summary>For one batch of a stream: is the policy still the same, and what the quota says.</summary>
    public double BatchMicros()
    {
        CallAccess access = Open();
        PolicyGeneration policy = _services.Policy.Current;
        QuotaMeter meter = access.MeterOf(_ledger);
        return Time(() =>
        {
            if (!ReferenceEquals(policy, _services.Policy.Current))
            {
                throw new InvalidOperationException("the policy changed while it was measured");
            }

            Charge(meter, 64 * 256);
        });
    }

    /// <summary>For one unary call: the caller, the ledger, the quota, the record at the end, which appends do not
    /// have.</summary>
    public double CallMicros() => TimeAsync(async () =>
    {
        CallAccess access = Open();
        await access.AllowAsync(_ledger);
        Charge(access.MeterOf(_ledger), 256);
        await access.EndAsync("OK");
    }).GetAwaiter().GetResult();

    public void Dispose() => _store.Dispose();

    private static double Time(Action work)
    {
        double start = 0;
        for (int round = -Rounds; round < Rounds; round++)
        {
            start = round == 0 ? BenchClock.ThreadCpu.Now() : start;
            work();
        }

        return (BenchClock.ThreadCpu.Now() - start) * 1e6 / Rounds;
    }

    // Nothing in it waits, so it stays on this thread, whose time is counted.
    private static async Task<double> TimeAsync(Func<ValueTask> work)
    {
        double start = 0;
        for (int round = -Rounds; round < Rounds; round++)
        {
            start = round == 0 ? BenchClock.ThreadCpu.Now() : start;
            await work();
        }

        return (BenchClock.ThreadCpu.Now() - start) * 1e6 / Rounds;
    }

    private static ClientCertificate Accepted(string file, ClientAuthorities authorities, TimeProvider time)
    {
        X509Certificate2 leaf = X509CertificateLoader.LoadCertificateFromFile(file);
        using X509Chain chain = new() { ChainPolicy = authorities.ChainPolicy(time.GetUtcNow()) };
        chain.Build(leaf);
        ImmutableArray<byte[]> sent = ClientCertificateCheck.SentWith(chain, authorities);
        CertificateVerdict verdict = ClientCertificateCheck.Judge(leaf, chain, sent, authorities, time.GetUtcNow());
        return verdict.Certificate ?? throw new InvalidOperationException(verdict.Detail);
    }

    private CallAccess Open()
    {
        CallerIdentity caller = _identities.Check(_connection).Caller
            ?? throw new InvalidOperationException(_identities.Check(_connection).ToString());
        CallFacts facts = new(
            caller.Name, "ledgerstore.v1.Appender/Append", string.Empty, _connection.Peer, string.Empty);
        return new CallAccess(_services, facts, caller, CallRule.Append) { Connection = _connection };
    }

    private void Charge(QuotaMeter meter, int bytes)
    {
        if (!meter.Reserve(bytes).Allowed || !meter.Take(64, bytes, _services.Time.GetTimestamp()).Allowed)
        {
            throw new InvalidOperationException("the development policy has no quota");
        }

        meter.Release(bytes);
    }
}
