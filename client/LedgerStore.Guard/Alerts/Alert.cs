// An alert: what an entry of `_alerts` says. Immutable; any thread.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Guard;

/// <summary>Whether something is wrong now, or is no more.</summary>
internal enum AlertState
{
    Firing,
    Resolved,
}

/// <summary>What caused an alert: entries of one ledger.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="Indexes">The first of them, and the last.</param>
/// <param name="First">When the first was received.</param>
/// <param name="Last">When the last was received.</param>
internal sealed record AlertCause(ulong Count, IReadOnlyList<ulong> Indexes, long First, long Last)
{
    public static readonly AlertCause None = new(0, [], 0, 0);

    /// <summary>With one entry more. When there is no room, the last makes room for it.</summary>
    public AlertCause With(ulong index, long micros) => new(
        Count + 1,
        Indexes.Count < GuardLimits.IndexesMax ? [.. Indexes, index] : [.. Indexes.SkipLast(1), index],
        Count == 0 ? micros : First,
        micros);
}

/// <summary>One firing or resolving.</summary>
internal sealed record Alert
{
    /// <summary>A hash of what it is about: the same alert has the same, whoever finds it and when.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the firing that began it: firing and resolving have the same.</summary>
    public required string Episode { get; init; }

    public required string Rule { get; init; }

    public required AlertState State { get; init; }

    public required Severity Severity { get; init; }

    public required string Ledger { get; init; }

    /// <summary>The values that the rule grouped by.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Group { get; init; }

    /// <summary>When it fired or resolved: the time of an entry, or of a deadline.</summary>
    public required long At { get; init; }

    /// <summary>When it fired.</summary>
    public required long Since { get; init; }

    public required string Says { get; init; }

    public required string Do { get; init; }

    public required AlertCause Cause { get; init; }

    /// <summary>The file of rules by which it was found.</summary>
    public required string RulesSha256 { get; init; }

    public bool IsFiring => State == AlertState.Firing;

    /// <summary>The id of an alert.</summary>
    /// <param name="rule">What names the rule and all that decides about it.</param>
    /// <param name="index">The entry that caused it, or the last before the deadline.</param>
    public static string IdOf(
        string rule, string ledger, IEnumerable<string> group, AlertState state, long at, ulong index)
    {
        StringBuilder text = new("ledgerstore alert/v1\n");
        foreach (string part in (string[])[rule, ledger, $"{state}", $"{at}", $"{index}", .. group])
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
