// The four things an identity can be allowed to do, and sets of them.
// Immutable values; no thread owns them.
using System.Numerics;

namespace LedgerStore.Policy;

/// <summary>What a call needs. One gRPC service is one capability.</summary>
public enum Capability
{
    Append,
    Read,
    Verify,
    Administer,
}

/// <summary>A set of capabilities, one bit for each.</summary>
public readonly record struct CapabilitySet(byte Bits)
{
    /// <summary>How many capabilities exist.</summary>
    public const int Kinds = 4;

    public static readonly CapabilitySet None;
    public static readonly CapabilitySet All = new((1 << Kinds) - 1);

    public bool IsEmpty => Bits == 0;

    public int Count => BitOperations.PopCount(Bits);

    public bool Has(Capability capability) => (Bits >> (int)capability & 1) != 0;

    public CapabilitySet With(Capability capability) => new((byte)(Bits | 1 << (int)capability));

    public CapabilitySet With(CapabilitySet other) => new((byte)(Bits | other.Bits));

    public CapabilitySet Without(CapabilitySet other) => new((byte)(Bits & ~other.Bits));

    /// <summary>The words of the policy file, in fixed order: "append, read".</summary>
    public override string ToString()
    {
        CapabilitySet set = this;
        return string.Join(", ", CapabilityNames.InOrder.Where(set.Has).Select(CapabilityNames.Of));
    }
}

/// <summary>The words for capabilities in the policy file.</summary>
public static class CapabilityNames
{
    private static readonly string[] s_words = ["append", "read", "verify", "administer"];

    internal static readonly Capability[] InOrder =
        [Capability.Append, Capability.Read, Capability.Verify, Capability.Administer];

    internal static IReadOnlyList<string> All => s_words;

    public static string Of(Capability capability) => s_words[(int)capability];

    public static bool TryParse(string word, out Capability capability)
    {
        int position = Array.IndexOf(s_words, word);
        capability = (Capability)Math.Max(position, 0);
        return position >= 0;
    }
}
