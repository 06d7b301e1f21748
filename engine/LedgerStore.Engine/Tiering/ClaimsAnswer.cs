// What comes of comparing a ledger's policy and holds with `_audit`, before anything of it expires. Immutable.
using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Tiering;

/// <summary>Whether entries may go.</summary>
/// <param name="IsReading">It is not known yet, and there is more to read: ask again.</param>
/// <param name="Why">Why nothing goes; null when nothing forbids it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClaimsAnswer(bool IsReading, string? Why)
{
    public static ClaimsAnswer Reading => new(true, null);

    /// <summary>What is there to read is so in a moment.</summary>
    public static ClaimsAnswer Early => new(false, "_audit cannot be read, or is not signed, yet") { IsEarly = true };

    /// <summary>What it depends on is readable, or signed, in a moment.</summary>
    public bool IsEarly { get; private init; }

    public static ClaimsAnswer Because(string? why, bool isUnsigned) => why is null && isUnsigned
        ? new ClaimsAnswer(false, "what _audit says of its policy and holds is not signed yet") { IsEarly = true }
        : new ClaimsAnswer(false, why);
}
