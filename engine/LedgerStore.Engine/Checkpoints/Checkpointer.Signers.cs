// The checkpointer's part that keeps the signers of the ledgers that sign: deriving a key costs as much as a signature.
// A key has four pages of its own in libsodium, two of them guards, and so three mappings; a process may have 65,530.
// Of 100,000 ledgers that ever signed, only so many keep theirs; the others have a reference that is null.
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Checkpoints;

internal sealed partial class Checkpointer
{
    /// <summary>16 MB. More ledgers than these, growing at the same time, derive some of their keys again.</summary>
    private const int SignersMax = 2_048;

    private readonly List<OpenLedger> _withSigner = [];
    private uint _random = 1;

    private LedgerSigner SignerOf(OpenLedger ledger) => ledger.Signer ?? MakeSignerSlow(ledger);

    /// <summary>The store's key is another one: all are made anew.</summary>
    private void ForgetSigners()
    {
        _withSigner.ForEach(Drop);
        _withSigner.Clear();
    }

    private LedgerSigner MakeSignerSlow(OpenLedger ledger)
    {
        LedgerSigner made = keys.MakeSigner(ledger.Origin);
        if (_withSigner.Count < SignersMax)
        {
            _withSigner.Add(ledger);
        }
        else
        {
            // Ledgers sign in turn: the one that signed longest ago would be the next one. So any of them goes.
            _random = (_random * 1_664_525) + 1_013_904_223;
            int at = (int)(((ulong)_random * SignersMax) >> 32);
            Drop(_withSigner[at]);
            _withSigner[at] = ledger;
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
