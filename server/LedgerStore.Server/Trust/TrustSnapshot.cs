// All that decides who is trusted, at one moment. Immutable; swapped as a whole, so that no call sees a mixture.
using LedgerStore.Pki;
using LedgerStore.Policy;

namespace LedgerStore.Server.Trust;

/// <param name="Generation">Another number whenever authorities or policy are others: decisions made before do not
/// count any more. A new server certificate does not change it.</param>
internal sealed record TrustSnapshot(
    ServerCertificate ServerCertificate, ClientAuthorities ClientAuthorities, CompiledPolicy Policy, long Generation);
