// The one table from the engine's reasons to gRPC statuses. The reason travels as ErrorInfo.reason, so that a program
// never has to read a message. Pure; any thread.
using System.Globalization;
using System.Text;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;

namespace LedgerStore.Wording;

/// <summary>Turns exceptions of the engine into statuses.</summary>
internal static class StoreErrors
{
    /// <summary>Metadata key that says what became of an append: "not_stored", "stored" (by an earlier call) or
    /// "unknown".</summary>
    public const string Outcome = "outcome";

    /// <summary>Metadata key of a full disk: how many bytes to free so that appends go on.</summary>
    public const string BytesToFree = "bytes_to_free";

    /// <summary>The status of a reason.</summary>
    public static StatusCode CodeOf(StoreReason reason) => reason switch
    {
        StoreReason.InvalidArgument => StatusCode.InvalidArgument,
        StoreReason.LedgerNotFound => StatusCode.NotFound,
        StoreReason.LedgerExists => StatusCode.AlreadyExists,
        StoreReason.LedgerFrozen => StatusCode.FailedPrecondition,
        StoreReason.LedgerReadOnly => StatusCode.FailedPrecondition,
        StoreReason.SequenceGap => StatusCode.FailedPrecondition,
        StoreReason.SequenceConflict => StatusCode.FailedPrecondition,
        StoreReason.SequenceTooOld => StatusCode.AlreadyExists,
        StoreReason.SizeMismatch => StatusCode.Aborted,
        StoreReason.ChainBroken => StatusCode.Aborted,
        StoreReason.Busy => StatusCode.ResourceExhausted,
        StoreReason.DiskFull => StatusCode.ResourceExhausted,
        StoreReason.LimitReached => StatusCode.ResourceExhausted,
        StoreReason.DataLoss => StatusCode.DataLoss,
        StoreReason.Expired => StatusCode.OutOfRange,
        StoreReason.NotConfirmed => StatusCode.DataLoss,
        StoreReason.TierAway => StatusCode.Unavailable,
        StoreReason.StorageFailed => StatusCode.Internal,
        StoreReason.Corruption => StatusCode.DataLoss,
        StoreReason.RollbackDetected => StatusCode.FailedPrecondition,
        StoreReason.AnchorMissing => StatusCode.FailedPrecondition,
        StoreReason.AuditDamaged => StatusCode.DataLoss,
        StoreReason.KeyMismatch => StatusCode.FailedPrecondition,
        StoreReason.SigningStopped => StatusCode.Unavailable,
        StoreReason.InUse => StatusCode.Unavailable,
        StoreReason.Closed => StatusCode.Unavailable,
        _ => StatusCode.Internal,
    };

    /// <summary>What became of an append that was refused for this reason.</summary>
    public static string OutcomeOf(StoreReason reason) => reason switch
    {
        StoreReason.StorageFailed => "unknown",
        StoreReason.SequenceTooOld => "stored",
        _ => "not_stored",
    };

    /// <summary>SequenceGap is SEQUENCE_GAP.</summary>
    public static string NameOf(StoreReason reason)
    {
        StringBuilder name = new();
        foreach (char letter in reason.ToString())
        {
            if (char.IsAsciiLetterUpper(letter) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToUpperInvariant(letter));
        }

        return name.ToString();
    }

    /// <summary>A status for the exception, or null if it is none of the engine's.</summary>
    public static RpcException? Translate(Exception error) => error is StoreException refused
        ? RetryHint(refused.Reason, Because(refused))
        : null;

    private static RpcException Because(StoreException refused)
    {
        string reason = NameOf(refused.Reason);
        string outcome = OutcomeOf(refused.Reason);
        StatusCode code = CodeOf(refused.Reason);
        List<(string, string)> facts = [(Outcome, outcome)];
        if (refused.Expected >= 0)
        {
            facts.Add(("expected", refused.Expected.ToString()));
        }

        if (refused.BytesToFree > 0)
        {
            facts.Add((BytesToFree, refused.BytesToFree.ToString(CultureInfo.InvariantCulture)));
        }

        if (refused.FirstIndex >= 0)
        {
            // What is lost, so that a program goes on behind it.
            facts.Add(("first_index", refused.FirstIndex.ToString()));
            facts.Add(("count", refused.Count.ToString()));
        }

        return RpcException.Because(code, reason, refused.Message, [.. facts]);
    }

    // What passes by itself says when it makes sense to ask again.
    private static RpcException RetryHint(StoreReason reason, RpcException error) => reason switch
    {
        StoreReason.Busy => error.WithRetryAfter(TimeSpan.FromMilliseconds(50)),
        StoreReason.DiskFull => error.WithRetryAfter(TimeSpan.FromSeconds(1)),
        StoreReason.TierAway => error.WithRetryAfter(TimeSpan.FromSeconds(5)),
        _ => error,
    };
}
