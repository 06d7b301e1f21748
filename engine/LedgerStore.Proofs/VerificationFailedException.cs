// Well-formed, and not true: a signature that does not verify, a root that differs, a quorum that is not reached.
namespace LedgerStore.Proofs;

/// <summary>A note, checkpoint or receipt that was understood and did not verify.</summary>
public sealed class VerificationFailedException : Exception
{
    public VerificationFailedException(string message)
        : base(message)
    {
    }

    public VerificationFailedException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
