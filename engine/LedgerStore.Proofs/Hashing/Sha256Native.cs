// SHA-256 of one short message by libcrypto, which uses the processor's SHA instructions. The framework loads the same
// library, and needs several times the hash to get there for a message of some hundred bytes. Where the library or one
// of its calls is missing, or its answer is not the framework's, this is not used.
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace LedgerStore.Proofs;

internal static unsafe class Sha256Native
{
    // The calls do not let the garbage collector run meanwhile: what takes more than a microsecond does not come here.
    private const int MessageBytesMax = 1024;

    // SHA256_CTX has 112.
    private const int ContextBytes = 128;
    private const int ExtendedFeatures = 7;
    private const int ShaBit = 29;

    private static readonly Calls s_calls = Load();

    /// <summary>Whether the calls are there and right, on a processor with SHA instructions.</summary>
    public static bool IsSupported { get; } = s_calls.Final != null && HasShaInstructions() && IsRight();

    /// <summary>SHA-256 of a prefix and a message; a long one is the framework's.</summary>
    [SkipLocalsInit]
    public static Hash256 Hash(byte prefix, ReadOnlySpan<byte> message)
    {
        if (message.Length > MessageBytesMax)
        {
            return MerkleHash.Framework(prefix, message);
        }

        byte* context = stackalloc byte[ContextBytes];
        byte* digest = stackalloc byte[Hash256.Length];
        fixed (byte* bytes = message)
        {
            s_calls.Init(context);
            s_calls.Update(context, &prefix, 1);
            s_calls.Update(context, bytes, (nuint)message.Length);
            s_calls.Final(digest, context);
        }

        return new Hash256(new ReadOnlySpan<byte>(digest, Hash256.Length));
    }

    private static Calls Load()
    {
        foreach (string name in new[] { "libcrypto.so.3", "libcrypto.so.1.1" })
        {
            if (OperatingSystem.IsLinux()
                && NativeLibrary.TryLoad(name, out nint library)
                && NativeLibrary.TryGetExport(library, "SHA256_Init", out nint init)
                && NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)
                && NativeLibrary.TryGetExport(library, "SHA256_Final", out nint final))
            {
                return new Calls(init, update, final);
            }
        }

        return default;
    }

    private static bool HasShaInstructions() => X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= ExtendedFeatures
        && (X86Base.CpuId(ExtendedFeatures, 0).Ebx & (1 << ShaBit)) != 0;

    // Every length up to where a third block begins, and the longest: each way of filling and padding a block.
    private static bool IsRight()
    {
        byte[] message = new byte[MessageBytesMax];
        for (int i = 0; i < message.Length; i++)
        {
            message[i] = (byte)((i * 31) + 7);
        }

        const int threeBlocks = 3 * 64;
        for (int length = 0; length <= MessageBytesMax; length = length < threeBlocks ? length + 1 : length * 2)
        {
            Hash256 right = new(SHA256.HashData([MerkleHash.LeafPrefix, .. message.AsSpan(0, length)]));
            if (Hash(MerkleHash.LeafPrefix, message.AsSpan(0, length)) != right)
            {
                return false;
            }
        }

        return true;
    }

    private readonly struct Calls(nint init, nint update, nint final)
    {
        public readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> Init =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)init;

        public readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int> Update =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int>)update;

        public readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int> Final =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int>)final;
    }
}
