// What changes for whom between two policies: the text that _audit keeps, and the entries behind it. The same two
// policies always give the same text. Immutable.
using System.Collections.Immutable;
using System.Text;

namespace LedgerStore.Policy;

public enum PolicyChangeKind
{
    /// <summary>The file as such: its trust domain.</summary>
    Document,

    /// <summary>An identity came, went, or is recognised in another way.</summary>
    Identity,

    /// <summary>A capability on a pattern.</summary>
    Capability,

    /// <summary>A capability for store-wide calls.</summary>
    StoreWide,

    /// <summary>A quota for what was allowed before and still is.</summary>
    Quota,

    /// <summary>What is demanded of a person's sign-in, for what was allowed before and still is.</summary>
    SignIn,

    /// <summary>The deny list.</summary>
    Deny,

    /// <summary>Tiles without a certificate.</summary>
    AnonymousTiles,
}

/// <summary>One change. A gain or loss on a pattern is on its names but those of <paramref name="Except"/>.</summary>
/// <param name="Sign">'+' gained or added, '-' lost or removed, '~' changed.</param>
/// <param name="Identity">Null where the change is about nobody in particular.</param>
/// <param name="Except">Patterns whose names had (or keep) the right anyway.</param>
/// <param name="Detail">The rest of the sentence, for people.</param>
public sealed record PolicyDifferenceEntry(
    PolicyChangeKind Kind,
    char Sign,
    string? Identity,
    Capability? Capability,
    LedgerPattern? Pattern,
    ImmutableArray<LedgerPattern> Except,
    string Detail)
{
    public override string ToString() => $"{Sign} {Detail}";

    /// <summary>Does this gain or loss concern the ledger?</summary>
    public bool Concerns(string ledgerName)
    {
        return Pattern is not null && Pattern.Matches(ledgerName) && !Except.Any(p => p.Matches(ledgerName));
    }
}

/// <summary>All changes between two policies, in a fixed order.</summary>
public sealed class PolicyDifference
{
    internal PolicyDifference(ImmutableArray<PolicyDifferenceEntry> entries)
    {
        Entries = entries;
    }

    public ImmutableArray<PolicyDifferenceEntry> Entries { get; }

    /// <summary>True if nobody may do more or less than before.</summary>
    public bool IsEmpty => Entries.IsEmpty;

    /// <summary>Compares. Without an old policy everything is new.</summary>
    public static PolicyDifference Between(CompiledPolicy? before, CompiledPolicy after) =>
        new PolicyComparer(before, after).Compare();

    public override string ToString() => ToText(int.MaxValue);

    /// <summary>One line for each change; ends early, and says so, where the text would exceed the limit.</summary>
    /// <param name="lengthMax">In characters; the text is ASCII but for quoted names of issuers.</param>
    public string ToText(int lengthMax)
    {
        if (IsEmpty)
        {
            return "no change of rights\n";
        }

        StringBuilder text = new();
        for (int i = 0; i < Entries.Length; i++)
        {
            string line = $"{Entries[i]}\n";
            string rest = $"... and {Entries.Length - i} more changes\n";
            if (text.Length + (long)line.Length + rest.Length > lengthMax)
            {
                return text.Append(rest).ToString();
            }

            text.Append(line);
        }

        return text.ToString();
    }
}
