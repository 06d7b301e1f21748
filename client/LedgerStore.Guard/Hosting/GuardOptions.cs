// What a guard needs to run. Immutable.

using System.Net;
using LedgerStore.Client;

namespace LedgerStore.Guard;

/// <summary>Settings of a guard.</summary>
internal sealed record GuardOptions
{
    public required RuleFile Rules { get; init; }

    /// <summary>As the guard's identity: it reads and verifies what it watches, and appends to
    /// <c>_alerts</c>.</summary>
    public required LedgerClient Client { get; init; }

    /// <summary>The trusted key of a ledger, from elsewhere than from the server; null: none is trusted.</summary>
    public required Func<string, VerifierOptions?> TrustOf { get; init; }

    /// <summary>Where it keeps what it knows; a directory of this guard's own.</summary>
    public required string State { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How far back it looks in a ledger that it watches for the first time; null: not at all.</summary>
    public TimeSpan? LookBack { get; init; }

    /// <summary>When its own certificate expires; null: nobody knows.</summary>
    public DateTimeOffset? CertificateExpires { get; init; }

    /// <summary>Where figures are served; null: nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>A line for people, about what happens.</summary>
    public required Action<string> Say { get; init; }
}
