// The PEM form of an Ed25519 private key (RFC 8410, PKCS#8 version 1): what `openssl genpkey -algorithm ed25519` and
// Go's x509.MarshalPKCS8PrivateKey write. In DER it is always the same 16 bytes and then the seed:
//
//   30 2e            SEQUENCE, 46 bytes
//     02 01 00         version 0
//     30 05 06 03 2b 65 70   AlgorithmIdentifier 1.3.101.112
//     04 22 04 20      OCTET STRING in OCTET STRING, 32 bytes
//     <seed>
//
// Pure, any thread. Buffers that held a seed are zeroed.
using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace LedgerStore.Proofs;

internal static class Pkcs8
{
    /// <summary>A key file has about 120 bytes; more than this is some other file given by mistake.</summary>
    public const int PemBytesMax = 4096;

    private const int DerLength = 48;

    private static ReadOnlySpan<byte> Prefix =>
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    public static void ReadSeed(ReadOnlySpan<byte> text, Span<byte> seed)
    {
        if (text.Length > PemBytesMax)
        {
            throw new MalformedDataException(
                $"a private key of {text.Length} bytes exceeds the limit of {PemBytesMax}", PemBytesMax);
        }

        if (!PemEncoding.TryFindUtf8(text, out PemFields fields))
        {
            throw new MalformedDataException("no PEM block of a private key", 0);
        }

        int start = fields.Location.Start.GetOffset(text.Length);
        if (!text[fields.Label].SequenceEqual("PRIVATE KEY"u8))
        {
            string what = text[fields.Label].SequenceEqual("ENCRYPTED PRIVATE KEY"u8)
                ? "the private key is encrypted; decrypt it with openssl pkey"
                : "the PEM block is not a PRIVATE KEY (PKCS#8)";
            throw new MalformedDataException(what, start);
        }

        int end = fields.Location.End.GetOffset(text.Length);
        if (!IsBlank(text[..start]) || !IsBlank(text[end..]))
        {
            throw new MalformedDataException("text before or after the PEM block of the private key", start);
        }

        ReadDer(text, fields, seed);
    }

    public static byte[] Write(ReadOnlySpan<byte> seed)
    {
        Span<byte> der = stackalloc byte[DerLength];
        try
        {
            Prefix.CopyTo(der);
            seed.CopyTo(der[Prefix.Length..]);
            int length = PemEncoding.GetEncodedSize("PRIVATE KEY".Length, DerLength) + 1;
            byte[] pem = GC.AllocateUninitializedArray<byte>(length);
            _ = PemEncoding.TryWriteUtf8("PRIVATE KEY"u8, der, pem, out int written);
            pem[written] = (byte)'\n';
            return pem;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static void ReadDer(ReadOnlySpan<byte> text, PemFields fields, Span<byte> seed)
    {
        int offset = fields.Base64Data.Start.GetOffset(text.Length);
        Span<byte> der = stackalloc byte[DerLength];
        try
        {
            OperationStatus status = Base64.DecodeFromUtf8(text[fields.Base64Data], der, out _, out int written);
            if (status != OperationStatus.Done || written != DerLength || !der.StartsWith(Prefix))
            {
                throw new MalformedDataException(
                    "not an Ed25519 private key in the 48-byte PKCS#8 form that openssl genpkey writes", offset);
            }

            der[Prefix.Length..].CopyTo(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;
}
