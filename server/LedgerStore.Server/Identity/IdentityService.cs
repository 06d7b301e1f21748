// From a connection to a policy identity, for every call. The fast path compares a number and a time; the slow path
// runs when trust was exchanged or time ran out. Any thread.
using System.Runtime.CompilerServices;
using LedgerStore.Policy;
using LedgerStore.Server.Trust;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Server.Identity;

internal sealed class IdentityService
{
    private static readonly IdentityDecision s_notTls =
        IdentityDecision.Refuse(RefusalReason.NotTls, "the call did not come through the TLS listener", 0);

    private readonly ServerTrust _trust;
    private readonly TimeProvider _time;

    public IdentityService(ServerTrust trust, TimeProvider time)
    {
        _trust = trust;
        _time = time;
        trust.Changed += OnTrustChanged;
    }

    /// <summary>
    /// Authorities or policy were exchanged: who has open streams checks them again. Meant for one subscriber that
    /// knows all streams, not for each stream. Expiry raises nothing: streams also check as they go.
    /// </summary>
    public event EventHandler? Changed;

    /// <summary>The policy by which callers are known now.</summary>
    public CompiledPolicy Policy => _trust.Current.Policy;

    /// <summary>A number that changes with authorities and policy; a stream may compare it as it goes.</summary>
    public long Generation => _trust.Current.Generation;

    /// <summary>Who calls. Costs some ten nanoseconds and allocates nothing while nothing changed.</summary>
    public IdentityDecision Check(HttpContext context) =>
        context.Features.Get<ConnectionCaller>() is { } connection ? Check(connection) : s_notTls;

    /// <summary>The same for a connection.</summary>
    public IdentityDecision Check(ConnectionContext connection) =>
        connection.Features.Get<ConnectionCaller>() is { } caller ? Check(caller) : s_notTls;

    public IdentityDecision Check(ConnectionCaller connection)
    {
        IdentityDecision decision = connection.Decision;
        return decision.Generation == _trust.Current.Generation
            && _time.GetUtcNow().UtcTicks <= decision.ValidUntilTicks
            && connection.SignIn is not { IsOver: true }
            ? decision
            : CheckSlow(connection);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private IdentityDecision CheckSlow(ConnectionCaller connection)
    {
        TrustSnapshot snapshot = _trust.Current;
        IdentityDecision fresh = Decide(connection, snapshot);

        // Two calls may decide at once, by two snapshots. Whichever stays, a stale one has a stale generation and is
        // decided anew by the next call.
        connection.Decision = fresh;
        return fresh;
    }

    private IdentityDecision Decide(ConnectionCaller connection, TrustSnapshot snapshot)
    {
        if (connection.IsBrowser)
        {
            return PolicyIdentification.Decide(
                connection.SignIn, snapshot, _time.GetUtcNow(), connection.Decision.Caller);
        }

        if (connection.Certificate is not { } certificate)
        {
            return IdentityDecision.Refuse(
                RefusalReason.NoCertificate, "the client sent no certificate", snapshot.Generation);
        }

        DateTimeOffset now = _time.GetUtcNow();
        if (!ReferenceEquals(certificate.CheckedAgainst, snapshot.ClientAuthorities) || now > certificate.ValidUntil)
        {
            CertificateVerdict verdict = certificate.JudgeAgain(snapshot.ClientAuthorities, now);
            if (verdict.Certificate is not { } again)
            {
                return IdentityDecision.Refuse(verdict.Reason, verdict.Detail, snapshot.Generation);
            }

            connection.Certificate = certificate = again;
        }

        return PolicyIdentification.Decide(certificate, snapshot, connection.Decision.Caller);
    }

    private void OnTrustChanged(object? sender, TrustChange change)
    {
        if (change.IsAccepted && change.Part != TrustPart.ServerCertificate)
        {
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }
}
