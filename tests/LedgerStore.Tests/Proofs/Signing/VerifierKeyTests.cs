// vkeys and key names: the published ones round trip, everything else is refused.
// Test code.
using System.Text.Json;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Notes;
using Xunit;

namespace LedgerStore.Tests.Proofs.Signing;

public sealed class VerifierKeyTests
{
    private const string Peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private const string Witness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

    [Theory]
    [InlineData(Peter, SignatureType.Ed25519, "PeterNeumann", 0xc74f20a3)]
    [InlineData(Witness, SignatureType.CosignatureV1, "remora.n621.de", 0xda77ade7)]
    public void A_vkey_round_trips(string vkey, SignatureType type, string name, uint id)
    {
        VerifierKey key = VerifierKey.Parse(vkey);
        Assert.Equal((type, name, new KeyId(id)), (key.Type, key.Name.Text, key.Id));
        Assert.Equal(vkey, key.ToString());
        Assert.Equal(key, VerifierKey.Parse(key.ToString()));
    }

    [FormatVectorsFact]
    public void The_published_vkeys_are_decided_as_published()
    {
        int supported = 0;
        foreach (JsonElement vector in FormatVectors.Read("notes/vkeys.json").EnumerateArray())
        {
            string vkey = vector.GetProperty("vkey").GetString()!;
            int type = vector.TryGetProperty("type", out JsonElement number) ? number.GetInt32() : 1;
            if (vector.GetProperty("ok").GetBoolean() && type is 1 or 4)
            {
                Assert.Equal(vkey, VerifierKey.Parse(vkey).ToString());
                supported++;
            }
            else
            {
                // Wrong ones, and those of types that are not ours: ECDSA (2) and RFC 6962 (5).
                Assert.Throws<MalformedDataException>(() => VerifierKey.Parse(vkey));
            }
        }

        Assert.Equal(3, supported);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("PeterNeumann")]
    [InlineData("PeterNeumann+c74f20a3")]
    [InlineData("PeterNeumann+c74f20a3+")]
    [InlineData("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter\u00a0Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    public void Refuses_other_texts(string vkey) =>
        Assert.Throws<MalformedDataException>(() => VerifierKey.Parse(vkey));

    [Fact]
    public void A_name_has_at_most_255_bytes()
    {
        Assert.Equal(255, KeyName.Parse(new string('n', 255)).Utf8.Length);
        Assert.Throws<MalformedDataException>(() => KeyName.Parse(new string('n', 256)));
        Assert.Throws<MalformedDataException>(() => KeyName.Parse("control\u0001"));
        Assert.Throws<MalformedDataException>(() => KeyName.Parse([0x66, 0xff]));
    }

    [Fact]
    public void Two_keys_of_one_name_and_id_are_ambiguous()
    {
        VerifierKey peter = VerifierKey.Parse(Peter);
        Assert.Equal(1, new VerifierKeys(peter, VerifierKey.Parse(Peter)).Count);

        ArgumentException error = Assert.Throws<ArgumentException>(() => CollidingKeys());
        Assert.Contains("ambiguous", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_key_is_found_by_name_and_id()
    {
        VerifierKey peter = VerifierKey.Parse(Peter);
        VerifierKeys keys = new(VerifierKey.Parse(Witness), peter);
        Assert.Same(peter, keys.Find("PeterNeumann"u8, peter.Id));
        Assert.Null(keys.Find("PeterNeumann"u8, new KeyId(peter.Id.Value + 1)));
        Assert.Null(keys.Find("peterneumann"u8, peter.Id));
    }

    // An ID has 32 bits, so about 2^16 keys of one name hold two with the same one.
    private static VerifierKeys CollidingKeys()
    {
        KeyName name = KeyName.Parse("n");
        Dictionary<KeyId, byte[]> seen = [];
        byte[] publicKey = new byte[Ed25519.PublicKeyLength];
        for (int i = 0; ; i++)
        {
            BitConverter.TryWriteBytes(publicKey, i);
            KeyId id = KeyId.Of(name, SignatureType.Ed25519, publicKey);
            if (seen.TryGetValue(id, out byte[]? other))
            {
                return new VerifierKeys(
                    new VerifierKey(name, SignatureType.Ed25519, other),
                    new VerifierKey(name, SignatureType.Ed25519, publicKey));
            }

            seen.Add(id, [.. publicKey]);
        }
    }
}
