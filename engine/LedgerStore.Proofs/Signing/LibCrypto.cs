// The one door to OpenSSL 3's libcrypto: the native calls that Ed25519 needs, and the check that they are there.
// .NET on Linux loads the same library for its own cryptography, so it is on every machine that runs .NET.
// Stateless but for the result of the check. Any thread.
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

internal static partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    // SafeDirectories: only where the system keeps libraries, never the directory the application lies in.
    private const DllImportSearchPath Where = DllImportSearchPath.SafeDirectories;

    /// <summary>NID_ED25519 of OpenSSL's obj_mac.h; part of its stable interface.</summary>
    public const int Ed25519KeyType = 1087;

    private static volatile bool available;

    /// <summary>Throws what an operator can act on when the library is missing. Free after the first call.</summary>
    public static void EnsureAvailable()
    {
        if (!available)
        {
            Probe(Library);
            available = true;
        }
    }

    /// <summary>Loads the library under the given name and tries the one symbol that came with raw keys.</summary>
    internal static void Probe(string library)
    {
        const string Advice = "Ed25519 needs OpenSSL 3: install the package libssl3 (Debian, Ubuntu) or "
            + "openssl-libs (Fedora, RHEL)";
        if (!NativeLibrary.TryLoad(library, typeof(LibCrypto).Assembly, Where, out nint handle))
        {
            throw new PlatformNotSupportedException($"{library} cannot be loaded. {Advice}.");
        }

        if (!NativeLibrary.TryGetExport(handle, nameof(EVP_PKEY_new_raw_private_key), out _))
        {
            throw new PlatformNotSupportedException($"{library} is there, and too old for raw keys. {Advice}.");
        }

        // Stays loaded for the life of the process: NativeLibrary.Free is deliberately not called.
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial EvpKeyHandle EVP_PKEY_new_raw_private_key(
        int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial EvpKeyHandle EVP_PKEY_new_raw_public_key(
        int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int EVP_PKEY_get_raw_public_key(EvpKeyHandle key, Span<byte> bytes, ref nuint length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int EVP_PKEY_get_raw_private_key(EvpKeyHandle key, Span<byte> bytes, ref nuint length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int EVP_DigestSignInit(
        nint context, nint keyContext, nint digest, nint engine, EvpKeyHandle key);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int EVP_DigestSign(
        nint context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int EVP_DigestVerifyInit(
        nint context, nint keyContext, nint digest, nint engine, EvpKeyHandle key);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial int EVP_DigestVerify(
        nint context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    /// <summary>
    /// OpenSSL keeps errors in a queue of the thread, and .NET's own cryptography reads the same queue:
    /// a failure that is left there would be reported for somebody else's call.
    /// </summary>
    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    public static partial void ERR_clear_error();
}
