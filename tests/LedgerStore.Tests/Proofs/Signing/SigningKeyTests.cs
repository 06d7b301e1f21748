// Private keys: the forms they are read from and written to, and that nothing can be signed once they are disposed.
// Test code.
using System.Text;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Signing;

public sealed class SigningKeyTests
{
    // RFC 8410 section 10.3.
    private const string Rfc8410Pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """;

    private const string Rfc8410PublicKey = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

    // golang.org/x/mod/sumdb/note, package example.
    private const string GoText =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    private const string GoVkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    [Fact]
    public void Reads_the_pem_of_rfc_8410_and_writes_it_back()
    {
        using SigningKey key = SigningKey.FromPem(Encoding.UTF8.GetBytes(Rfc8410Pem));
        Assert.Equal(Rfc8410PublicKey, Convert.ToBase64String(key.PublicKey));
        Assert.Equal(Rfc8410Pem, Encoding.UTF8.GetString(key.ExportPem()));
    }

    [Fact]
    public void Reads_the_private_key_text_of_go()
    {
        using SigningKey key = SigningKey.FromGoText(Encoding.UTF8.GetBytes(GoText + "\n"), out KeyName name);
        Assert.Equal(GoVkey, new NoteSigner(name, key).ToVerifierKey().ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRIVATE+KEY+PeterNeumann")]
    [InlineData("PRIVATE+KEY++c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")]
    [InlineData("PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")]
    [InlineData("PRIVATE+KEY+PeterNeumann+C74F20A3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")]
    [InlineData("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDF")]
    [InlineData("PRIVATE+KEY+PeterNeumann+c74f20a3+BIEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")]
    [InlineData("PRIVATE+KEY+Peter Neumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")]
    public void Refuses_other_private_key_texts(string text) =>
        Assert.Throws<MalformedDataException>(() => SigningKey.FromGoText(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4=\n-----END ENCRYPTED PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMC4=\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----\n")]
    [InlineData("surplus\n" + Rfc8410Pem)]
    [InlineData(Rfc8410Pem + Rfc8410Pem)]
    public void Refuses_other_pem_texts(string text) =>
        Assert.Throws<MalformedDataException>(() => SigningKey.FromPem(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Refuses_the_key_of_another_algorithm()
    {
        // The same 48 bytes with the object identifier of X25519 (1.3.101.110).
        string pem = Rfc8410Pem.Replace("K2Vw", "K2Vu", StringComparison.Ordinal);
        MalformedDataException error =
            Assert.Throws<MalformedDataException>(() => SigningKey.FromPem(Encoding.UTF8.GetBytes(pem)));
        Assert.Contains("Ed25519", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generated_key_survives_export_and_import()
    {
        using SigningKey key = SigningKey.Generate();
        using SigningKey again = SigningKey.FromPem(key.ExportPem());
        using SigningKey other = SigningKey.Generate();
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.False(key.PublicKey.SequenceEqual(other.PublicKey));

        byte[] signature = new byte[Ed25519.SignatureLength];
        again.Sign("message"u8, signature);
        Assert.True(Ed25519.Verify(key.PublicKey, "message"u8, signature));
    }

    [Fact]
    public void A_disposed_key_signs_nothing_and_tells_nothing()
    {
        SigningKey key = SigningKey.Generate();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign("message"u8, new byte[Ed25519.SignatureLength]));
        Assert.Throws<ObjectDisposedException>(key.ExportPem);
    }
}
