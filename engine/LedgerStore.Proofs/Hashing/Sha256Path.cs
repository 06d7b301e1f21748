// The ways to compute many SHA-256 at once, best first. Chosen once for the process; tests force each one.
// Any thread; immutable.
namespace LedgerStore.Proofs;

internal enum Sha256Path
{
    /// <summary>16 messages in AVX-512 registers.</summary>
    Lanes16,

    /// <summary>8 messages in AVX2 registers.</summary>
    Lanes8,

    /// <summary>One message, by libcrypto with the processor's SHA instructions.</summary>
    Native,

    /// <summary>One message, with Arm's SHA-256 instructions.</summary>
    Arm,

    /// <summary>One message, SHA256.HashData.</summary>
    Framework,
}

internal static class Sha256Paths
{
    /// <summary>What this processor does fastest with many messages.</summary>
    public static Sha256Path Best { get; } = Supported()[0];

    /// <summary>What it does fastest with one message.</summary>
    public static Sha256Path BestSingle { get; } = IsSupported(Sha256Path.Arm) ? Sha256Path.Arm
        : IsSupported(Sha256Path.Native) ? Sha256Path.Native : Sha256Path.Framework;

    /// <summary>Every path this processor can run, fastest first.</summary>
    public static Sha256Path[] Supported() => [.. Enum.GetValues<Sha256Path>().Where(IsSupported)];

    public static bool IsSupported(Sha256Path path) => path switch
    {
        Sha256Path.Lanes16 => Lanes16.IsSupported,
        Sha256Path.Lanes8 => Lanes8.IsSupported,
        Sha256Path.Native => Sha256Native.IsSupported,
        Sha256Path.Arm => System.Runtime.Intrinsics.Arm.Sha256.IsSupported,
        _ => true,
    };
}
