// The verifier on keys: the statements by which a log went from one to the next.
// Any thread.

using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

public sealed partial class Verifier
{
    private ValueTask<LogKeys> AskKeysAsync(CancellationToken cancellationToken) => _client.AskAsync(
        LedgerMethods.GetLogKeys, new GetLogKeysRequest { Ledger = Ledger }, Ledger, cancellationToken);

    private KeyRotation OpenRotation(ReadOnlyMemory<byte> statement)
    {
        try
        {
            return KeyRotation.Open(statement.Span);
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
        {
            throw WrongRotation(statement, error.Message, error);
        }
    }

    /// <summary>Demands that statements are one chain through the trusted keys, and all that were followed.</summary>
    private void DemandChain(List<KeyRotation> chain)
    {
        for (int i = 0; i < chain.Count; i++)
        {
            if (chain[i].Origin != Origin || (i > 0 && !chain[i].OldKey.Equals(chain[i - 1].NewKey)))
            {
                throw WrongRotation(
                    chain[i].Note.Bytes.ToArray(), $"statement {i + 1} does not go on from the one before",
                    cause: null);
            }
        }

        ReadOnlySpan<Proofs.LogKey> trusted = _state.Keys.Keys;
        for (int i = 1; i < trusted.Length; i++)
        {
            VerifierKey known = trusted[i].Key;
            if (!chain.Exists(rotation => rotation.NewKey.Equals(known)))
            {
                throw WrongRotation(
                    default, $"the rotation to {known}, which was seen before, is left out", cause: null);
            }
        }

        VerifierKey first = trusted[0].Key;
        if (chain.Count > 0
            && !chain.Exists(rotation => rotation.OldKey.Equals(first) || rotation.NewKey.Equals(first)))
        {
            throw WrongRotation(
                chain[0].Note.Bytes.ToArray(), $"no statement is about the trusted key {first}", cause: null);
        }
    }

    private LedgerViolationException WrongRotation(ReadOnlyMemory<byte> statement, string why, Exception? cause) =>
        Violation(
            ViolationKind.WrongRotation, "a key rotation does not continue the trusted keys: " + why,
            new Parts
            {
                Accepted = Newest,
                Rotation = statement,
                Cause = cause,
                Expected = "statements that both keys signed, in one chain through the trusted key",
                Came = why,
            });
}
