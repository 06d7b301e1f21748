// States what bytes from a disk must be. Unlike Invariant it judges input: a failure is damage, not our bug.
// Stateless: any thread.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>Checks of the codecs.</summary>
internal static class FormatCheck
{
    /// <summary>Throws <see cref="MalformedDataException"/> when <paramref name="ok"/> is false.</summary>
    /// <param name="what">What is wrong, as a constant: an interpolated text would be built on every call.</param>
    /// <param name="offset">Where, counted from the start of the structure.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool ok, string what, long offset)
    {
        if (!ok)
        {
            Malformed(what, offset);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Malformed(string what, long offset) => throw new MalformedDataException(what, offset);
}
