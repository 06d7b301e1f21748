// A rule as its file has it, bound to the fields of its ledgers. Immutable; any thread.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>What a rule looks for.</summary>
internal enum RuleKind
{
    Match,
    Count,
    Distinct,
    New,
    Hours,
    Silence,
    Gap,
}

internal enum Severity
{
    Info,
    Warning,
    Critical,
}

/// <summary>One rule. Durations are microseconds, as times of entries are.</summary>
internal sealed record Rule
{
    public required string Name { get; init; }

    public required RuleKind Kind { get; init; }

    /// <summary>The ledgers, and their fields.</summary>
    public required WatchedLedgers Ledgers { get; init; }

    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>Clauses that an entry must have all of.</summary>
    public IReadOnlyList<Clause> Where { get; init; } = [];

    /// <summary>Clauses that an entry may have none of.</summary>
    public IReadOnlyList<Clause> Unless { get; init; } = [];

    /// <summary>Names of fields: each combination of their values is watched by itself.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>Of which field values are compared (distinct, new, gap) or added up (count).</summary>
    public string? Field { get; init; }

    public double AtLeast { get; init; } = 1;

    /// <summary>The window (count, distinct), how long a value is known (new), how often something comes
    /// (silence).</summary>
    public long Within { get; init; }

    /// <summary>How long a rule about new values only learns.</summary>
    public long Learn { get; init; }

    /// <summary>Somebody who was heard of and is silent for so long is not waited for any more (silence).</summary>
    public long Forget { get; init; }

    public OpenHours? Hours { get; init; }

    /// <summary>Who must be heard of (silence), even if he never was.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>An alert is resolved when its cause was not seen for so long.</summary>
    public long Quiet { get; init; }

    /// <summary>What happened, with {placeholders}.</summary>
    public required string Says { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Do { get; init; }

    /// <summary>SHA-256 over all that decides when it fires and what it says, in hex: the same rule has the
    /// same.</summary>
    public string Hash => HashOf();

    private string HashOf()
    {
        StringBuilder text = new("ledgerstore rule/v1\n");
        string[] parts =
        [
            Name, $"{Kind}", Ledgers.Spec.Id.ToHex(), $"{Severity}", Number(AtLeast), Number(Within), Number(Learn),
            Number(Quiet), Field ?? "", Hours?.Text ?? "", Says, Do, .. List(Where.Select(one => one.ToString())),
            .. List(Unless.Select(one => one.ToString())), .. List(By), .. List(Names),
            .. Kind == RuleKind.Silence ? [Number(Forget)] : Array.Empty<string>(),
        ];
        foreach (string part in parts)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string[] List(IEnumerable<string> items)
    {
        string[] all = [.. items];
        return [$"{all.Length}", .. all];
    }

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
