// What only our own bug can break is stated here, in Release too. Input from disk or network is never judged by it.
// Stateless: any thread.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace LedgerStore.Engine.Foundation;

/// <summary>States what must hold, or the program is wrong.</summary>
internal static class Invariant
{
    /// <summary>Throws <see cref="InvariantException"/> when <paramref name="ok"/> is false.</summary>
    /// <param name="what">What must hold, as a constant: an interpolated text would be built on every call.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool ok, string what)
    {
        if (!ok)
        {
            Broken(what);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Broken(string what) => throw new InvariantException(what);
}
