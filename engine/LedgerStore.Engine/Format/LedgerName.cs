// What a ledger may be called. The name is in its origin, in URLs and in policies. Pure: any thread.

using System.Buffers;
using System.Text;

namespace LedgerStore.Engine.Format;

/// <summary>Ledger names: [a-z0-9][a-z0-9._-]{0,62}; the store's own begin with '_' instead.</summary>
internal static class LedgerName
{
    /// <summary>The ledger in which the store records what happens to itself.</summary>
    public const string Audit = "_audit";

    private const char ReservedPrefix = '_';

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether only the store itself may create and append to it.</summary>
    public static bool IsReserved(ReadOnlySpan<char> name) => name.StartsWith(ReservedPrefix);

    /// <summary>Whether it is a name, an application's or the store's.</summary>
    public static bool IsValid(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= StoreLimits.LedgerNameBytesMax
        && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0])
            || (IsReserved(name) && name.Length > 1))
        && !name[1..].ContainsAnyExcept(s_allowed);

    /// <summary>Refuses what an application may not call a ledger.</summary>
    /// <exception cref="StoreException">InvalidArgument: what is wrong with it.</exception>
    public static void Check(string name)
    {
        if (IsReserved(name))
        {
            throw Refusal(name, "names that begin with '_' are the store's own; choose another one");
        }

        if (!IsValid(name))
        {
            throw Refusal(
                name,
                name.Length > StoreLimits.LedgerNameBytesMax
                    ? $"{name.Length:N0} characters exceed the limit of {StoreLimits.LedgerNameBytesMax}"
                    : "it must be lower-case letters, digits, '.', '_' and '-', and begin with a letter or digit");
        }
    }

    private static StoreException Refusal(string name, string why) =>
        new(StoreReason.InvalidArgument, $"'{Printable(name)}' cannot be the name of a ledger: {why}");

    // The name goes into logs and terminals: nothing else than it may be decided by its characters.
    private static string Printable(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, 2 * StoreLimits.LedgerNameBytesMax)))
        {
            text.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return text.ToString();
    }
}
