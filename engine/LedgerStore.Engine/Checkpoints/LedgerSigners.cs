// The signers of the ledgers that sign, kept ready: deriving a key costs as much as a signature.
// Of the checkpointer's thread.
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>Finds the signer of a ledger.</summary>
/// <remarks>
/// A key has four pages of its own in libsodium, two of them guards, and so three mappings; a process may have 65,530.
/// Of 100,000 ledgers that ever signed, only so many keep theirs; the others have a reference that is null.
/// </remarks>
internal sealed class LedgerSigners(StoreKeys keys)
{
    /// <summary>16 MB. More ledgers than these, growing at the same time, derive some of their keys again.</summary>
    public const int KeptMax = 2_048;

    private readonly List<OpenLedger> _kept = [];
    private uint _random = 1;

    public LedgerSigner Of(OpenLedger ledger) => ledger.Signer ?? MakeSlow(ledger);

    /// <summary>The store's key is another one: all are made anew.</summary>
    public void Forget()
    {
        _kept.ForEach(Drop);
        _kept.Clear();
    }

    private LedgerSigner MakeSlow(OpenLedger ledger)
    {
        LedgerSigner made = keys.MakeSigner(ledger.Origin);
        if (_kept.Count < KeptMax)
        {
            _kept.Add(ledger);
        }
        else
        {
            // Ledgers sign in turn: the one that signed longest ago would be the next one. So any of them goes.
            _random = (_random * 1_664_525) + 1_013_904_223;
            int at = (int)(((ulong)_random * KeptMax) >> 32);
            Drop(_kept[at]);
            _kept[at] = ledger;
        }

        ledger.Signer = made;
        return made;
    }

    private static void Drop(OpenLedger ledger)
    {
        ledger.Signer?.Dispose();
        ledger.Signer = null;
    }
}
