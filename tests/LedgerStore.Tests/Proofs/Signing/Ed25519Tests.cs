// Ed25519 as libsodium computes it: RFC 8032's own values, and the published edge cases.
// Test code.
using System.Text;
using System.Text.Json;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Notes;
using Xunit;

namespace LedgerStore.Tests.Proofs.Signing;

public sealed class Ed25519Tests
{
    private static readonly string[] s_refused =
        ["low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R"];

    // RFC 8032 section 7.1: seed, public key, message, signature.
    [Theory]
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Signs_and_verifies_the_values_of_RFC_8032(
        string seedHex, string publicHex, string messageHex, string sigHex)
    {
        byte[] seed = Convert.FromHexString(seedHex);
        byte[] publicKey = Convert.FromHexString(publicHex);
        byte[] message = Convert.FromHexString(messageHex);
        byte[] signature = Convert.FromHexString(sigHex);

        Assert.Equal(publicKey, Ed25519.PublicKeyOf(seed));
        Assert.Equal(signature, Ed25519.Sign(seed, message));
        Assert.True(Ed25519.Verify(publicKey, message, signature));
        Assert.False(Ed25519.Verify(publicKey, [.. message, 0], signature));
    }

    [Fact]
    public void Every_single_bit_change_of_a_signature_is_refused()
    {
        byte[] seed = new byte[Ed25519.SeedLength];
        byte[] publicKey = Ed25519.PublicKeyOf(seed);
        byte[] signature = Ed25519.Sign(seed, "message"u8);
        for (int bit = 0; bit < signature.Length * 8; bit++)
        {
            byte[] changed = [.. signature];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Ed25519.Verify(publicKey, "message"u8, changed), $"bit {bit}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void A_signature_of_another_length_does_not_verify(int length)
    {
        byte[] publicKey = Ed25519.PublicKeyOf(new byte[Ed25519.SeedLength]);
        Assert.False(Ed25519.Verify(publicKey, "message"u8, new byte[length]));
    }

    // The decision that libsodium takes on edge cases, so that an exchange of the library is noticed: it refuses keys
    // and R of low order and in another form than the canonical one, and compares without the cofactor. What honest
    // signers make is none of these.
    [FormatVectorsFact]
    public void Decides_the_edge_cases_as_libsodium_does()
    {
        int accepted = 0;
        int refused = 0;
        foreach (JsonElement vector in FormatVectors.Read("ed25519/cctv-ed25519vectors.json").EnumerateArray())
        {
            string[] flags = vector.GetProperty("flags").ValueKind == JsonValueKind.Null
                ? []
                : [.. vector.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()!)];
            bool expected = !flags.Intersect(s_refused).Any();

            bool actual = Ed25519.Verify(
                Convert.FromHexString(vector.GetProperty("key").GetString()!),
                Encoding.UTF8.GetBytes(vector.GetProperty("msg").GetString()!),
                Convert.FromHexString(vector.GetProperty("sig").GetString()!));
            Assert.True(expected == actual, $"vector {vector.GetProperty("number")} [{string.Join(", ", flags)}]");
            accepted += actual ? 1 : 0;
            refused += actual ? 0 : 1;
        }

        Assert.Equal((43, 871), (accepted, refused));
    }

    [Fact]
    public void One_key_verifies_on_many_threads_at_once()
    {
        using SigningKey key = SigningKey.Generate();
        VerifierKey verifier = new(KeyName.Parse("many"), SignatureType.Ed25519, key.PublicKey);
        Parallel.For(0, 200, i =>
        {
            byte[] message = BitConverter.GetBytes(i);
            byte[] signature = new byte[Ed25519.SignatureLength];
            key.Sign(message, signature);
            Assert.True(verifier.Verify(message, signature));
            message[0] ^= 1;
            Assert.False(verifier.Verify(message, signature));
        });
    }
}
