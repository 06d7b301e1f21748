// The keys of all ledgers of a store, by the store's key: as its operator, who has it, tells them. Test code.

using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Checkpoints;

internal static class DerivedKeys
{
    public static Func<string, LogKeySet?> Of(SigningKey store) => origin => LogKeySet.Trust(
        origin, LedgerKeyDerivation.VerifierKeyOf(store, KeyName.Parse(origin), KeyScheme.Derived));

    /// <summary>Those of a store from before ledgers had keys of their own.</summary>
    public static Func<string, LogKeySet?> Shared(SigningKey store) => origin => LogKeySet.Trust(
        origin, LedgerKeyDerivation.VerifierKeyOf(store, KeyName.Parse(origin), KeyScheme.Shared));
}
