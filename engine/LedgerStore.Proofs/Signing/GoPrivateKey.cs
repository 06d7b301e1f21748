// The text form of private keys that Go's tools use (golang.org/x/mod/sumdb/note):
//
//   PRIVATE+KEY+<name>+<ID of the public key, 8 hex>+base64(0x01 || seed)
//
// Pure, any thread. Buffers that held a seed are zeroed.
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Proofs;

internal static class GoPrivateKey
{
    private const int KeyIdDigits = 8;

    private static ReadOnlySpan<byte> Prefix => "PRIVATE+KEY+"u8;

    public static (KeyName Name, SigningKey Key) Parse(ReadOnlySpan<byte> text)
    {
        text = text.EndsWith("\n"u8) ? text[..^1] : text;
        int idAt = Prefix.Length + (text.StartsWith(Prefix) ? text[Prefix.Length..].IndexOf((byte)'+') + 1 : 0);
        int keyAt = idAt + KeyIdDigits + 1;
        if (idAt == Prefix.Length || keyAt > text.Length || text[keyAt - 1] != '+')
        {
            throw new MalformedDataException("a Go private key has the form PRIVATE+KEY+name+8hex+base64", 0);
        }

        KeyName name = KeyName.Parse(text[Prefix.Length..(idAt - 1)]);
        SigningKey key = ReadKey(text[keyAt..], keyAt);
        KeyId id = KeyId.Of(name, SignatureType.Ed25519, key.PublicKey);
        if (!text[idAt..(keyAt - 1)].SequenceEqual(Encoding.ASCII.GetBytes(id.ToString())))
        {
            key.Dispose();
            throw new MalformedDataException($"the key ID of this private key must be {id}", idAt);
        }

        return (name, key);
    }

    private static SigningKey ReadKey(ReadOnlySpan<byte> base64, int offset)
    {
        Span<byte> typeAndSeed = stackalloc byte[1 + Ed25519.SeedLength];
        try
        {
            if (!StrictBase64.TryDecode(base64, typeAndSeed, out int length) || length != typeAndSeed.Length
                || typeAndSeed[0] != (byte)SignatureType.Ed25519)
            {
                throw new MalformedDataException("not the base64 of type 0x01 and a seed of 32 bytes", offset);
            }

            return SigningKey.FromSeed(typeAndSeed[1..]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(typeAndSeed);
        }
    }
}
