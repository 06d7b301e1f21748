// What signs the checkpoints of one ledger: the store's key under its name, or a key of its own that was derived.
// Owned by whoever had it made, who disposes it: that erases a key of its own, and never the store's.
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>A ledger's signer.</summary>
internal sealed class LedgerSigner : IDisposable
{
    private readonly SigningKey? _own;

    private LedgerSigner(KeyName name, SigningKey key, SigningKey? own)
    {
        Notes = new NoteSigner(name, key);
        _own = own;
    }

    public NoteSigner Notes { get; }

    public static LedgerSigner Make(SigningKey store, KeyScheme scheme, string origin)
    {
        KeyName name = KeyName.Parse(origin);
        if (scheme == KeyScheme.Shared)
        {
            return new LedgerSigner(name, store, own: null);
        }

        SigningKey own = LedgerKeyDerivation.Derive(store, name);
        return new LedgerSigner(name, own, own);
    }

    public void Dispose() => _own?.Dispose();
}
