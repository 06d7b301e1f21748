// What became of a record that was not simply stored.
// Immutable; any thread.

using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

/// <summary>Whether a record is in the ledger.</summary>
public enum AppendOutcome
{
    /// <summary>It is not, and will not be.</summary>
    NotStored,

    /// <summary>It is; only its index is not known.</summary>
    Stored,

    /// <summary>It may be: the connection was lost before the answer came.</summary>
    Unknown,
}

/// <summary>An append that failed, and what is known about the records.</summary>
public sealed class AppendException : Exception
{
    internal AppendException(AppendOutcome outcome, string message, Exception? cause)
        : base(Sentence(outcome) + message, cause)
    {
        Outcome = outcome;
        Rpc = cause as RpcException;
    }

    // The same for another of those who wait.
    internal AppendException(AppendException other)
        : base(other.Message, other)
    {
        Outcome = other.Outcome;
        Rpc = other.Rpc;
    }

    /// <summary>Whether the record is in the ledger.</summary>
    public AppendOutcome Outcome { get; }

    /// <summary>The server's status, if it came from there.</summary>
    public StatusCode? Code => Rpc?.StatusCode;

    /// <summary>The server's stable reason for programs, such as <c>LEDGER_FROZEN</c>; null if there is none.</summary>
    public string? Reason => Rpc?.Info?.Reason;

    /// <summary>What the server answered that cannot be true; null if it did not.</summary>
    public LedgerViolationException? Violation =>
        InnerException is AppendException other ? other.Violation : InnerException as LedgerViolationException;

    private RpcException? Rpc { get; }

    private static string Sentence(AppendOutcome outcome) => outcome switch
    {
        AppendOutcome.NotStored => "the record is not stored: ",
        AppendOutcome.Stored => "the record is stored, but its index is not known: ",
        _ => "it is not known whether the record is stored: ",
    };
}
