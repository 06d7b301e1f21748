// The deny list and the comparable form of distinguished names, against certificates that .NET makes.
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class DenyTests
{
    private const string Head = "version: 1\ntrust_domain: example.org\ndeny:\n";
    private static readonly byte[] s_noHash = new byte[32];

    public static TheoryData<string, string> SameNames => new()
    {
        { "CN=Example CA", "cn=example ca" },
        { "CN=Example CA", " CN = Example  CA " },
        { "CN=a,O=b,C=US", "C = US, O = b, CN = a" },
        { "CN=a,O=b", "O=b;CN=a" },
        { "CN=a+OU=c,O=b", "O=b, OU=c + CN=a" },
        { "CN=a\\, b", "CN=\"a, b\"" },
        { "CN=a\\2c b", "CN=\"a, b\"" },
        { "CN=say \\\"hi\\\"", "CN=\"say \"\"hi\"\"\"" },
        { "CN=M\\C3\\BCller", "CN=Müller" },
        { "2.5.4.3=a", "CN=a" },
        { "OID.2.5.4.3=a", "CN=a" },
        { "S=Bern", "ST=Bern" },
        { "E=a@b", "emailAddress=a@b" },
        { "CN=#0c0141", "CN=a" },
        { "CN=a=b", "CN=\"a=b\"" },
    };

    [Theory]
    [MemberData(nameof(SameNames))]
    public void Spellings_of_one_name_are_equal(string left, string right) => Assert.Equal(Name(left), Name(right));

    [Theory]
    [InlineData("CN=a", "CN=b")]
    [InlineData("CN=a", "O=a")]
    [InlineData("CN=a", "CN=a,O=b")]
    [InlineData("CN=a,CN=a", "CN=a")]
    [InlineData("CN=ab", "CN=a b")]
    [InlineData("CN=a\\,2.5.4.10\\=b", "CN=a,O=b")]
    public void Different_names_are_not(string left, string right) => Assert.NotEqual(Name(left), Name(right));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("CN")]
    [InlineData("CN=")]
    [InlineData("CN=a,")]
    [InlineData("CN=a,,O=b")]
    [InlineData(",CN=a")]
    [InlineData("=a")]
    [InlineData("XYZ=a")]
    [InlineData("1=a")]
    [InlineData("1.02=a")]
    [InlineData("CN=\"a")]
    [InlineData("CN=\"a\"b")]
    [InlineData("CN=a\"b")]
    [InlineData("CN=a\\")]
    [InlineData("CN=a\\x")]
    [InlineData("CN=\\C3")]
    [InlineData("CN=#")]
    [InlineData("CN=#0")]
    [InlineData("CN=#0c0241")]
    [InlineData("/C=US/CN=a")]
    public void What_is_no_name_is_refused(string text)
    {
        Assert.Null(DistinguishedName.Parse(text, out string problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("CN=Example CA, O=\"Example, Inc.\", S=Bern, C=CH")]
    [InlineData("CN=\"a \"\"quoted\"\" name\", OU=x, DC=example, DC=org")]
    [InlineData("E=ca@example.org, CN=Zürich, OU=ops")]
    public void What_dotnet_prints_is_the_name_in_the_certificate(string text)
    {
        X500DistinguishedName name = new(text);
        Assert.Equal(DistinguishedName.FromDer(name.RawData), Name(text));
        Assert.Equal(DistinguishedName.FromDer(name.RawData), Name(name.Name));
        Assert.Equal(DistinguishedName.FromDer(name.RawData), Name(name.Decode(X500DistinguishedNameFlags.None)));
    }

    [Fact]
    public void Der_that_is_no_name_is_refused_and_odd_values_are_kept_as_bytes()
    {
        Assert.Null(DistinguishedName.FromDer(Array.Empty<byte>()));
        Assert.Null(DistinguishedName.FromDer(new byte[] { 0x30, 0x01 }));
        Assert.Null(DistinguishedName.FromDer(new byte[] { 0x04, 0x00 }));

        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.3");
            writer.WriteInteger(5);
        }

        Assert.Equal("2.5.4.3=#020105", DistinguishedName.FromDer(writer.Encode())!.Canonical);
        Assert.Equal(Name("CN=#020105"), DistinguishedName.FromDer(writer.Encode()));
    }

    [Theory]
    [InlineData("'0a1b'")]
    [InlineData("'0A1B'")]
    [InlineData("'00:00:0a:1b'")]
    [InlineData("a1b")]
    public void A_certificate_is_denied_by_issuer_and_serial_however_they_are_written(string serial)
    {
        CompiledPolicy policy = Samples.Compile(
            Head + $"  - {{ issuer: 'O=Example,CN=Example CA', serial: {serial} }}\n");
        X500DistinguishedName raw = new("CN=example ca, O=Example");
        DistinguishedName issuer = DistinguishedName.FromDer(raw.RawData)!;

        Assert.True(policy.IsDenied(issuer, [0x0A, 0x1B], s_noHash));
        Assert.True(policy.IsDenied(issuer, [0x00, 0x0A, 0x1B], s_noHash));
        Assert.False(policy.IsDenied(issuer, [0x0A, 0x1C], s_noHash));
        Assert.False(policy.IsDenied(issuer, [0x0A, 0x1B, 0x00], s_noHash));
        Assert.False(policy.IsDenied(Name("CN=Example CA"), [0x0A, 0x1B], s_noHash));
    }

    [Fact]
    public void A_real_certificate_is_denied_by_its_key_or_by_its_serial()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Example CA", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        byte[] spki = SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        CertificateFacts facts = CertificateFacts.Create(
            null,
            SHA256.HashData(certificate.RawData),
            DistinguishedName.FromDer(certificate.IssuerName.RawData)!,
            certificate.SerialNumberBytes.Span,
            spki);

        CompiledPolicy byKey = Samples.Compile(Head + $"  - {{ spki: 'sha256:{Convert.ToHexStringLower(spki)}' }}\n");
        CompiledPolicy bySerial = Samples.Compile(
            Head + $"  - {{ issuer: '{certificate.Issuer}', serial: '{certificate.SerialNumber}' }}\n");
        CompiledPolicy other = Samples.Compile(Head + $"  - {{ spki: 'sha256:{Samples.Hex}' }}\n");
        Assert.True(byKey.IsDenied(facts));
        Assert.True(bySerial.IsDenied(facts));
        Assert.False(other.IsDenied(facts));
        Assert.Equal(4, bySerial.DenialOf(facts)!.At.Line);
        Assert.Null(other.DenialOf(facts));
    }

    [Fact]
    public void The_check_of_every_call_allocates_nothing()
    {
        CompiledPolicy policy = Samples.Compile(Samples.Design);
        CertificateFacts facts = CertificateFacts.Create(null, s_noHash, Name("CN=a"), [1], s_noHash);
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                _ = policy.IsDenied(facts);
            }
        }));
    }

    private static DistinguishedName Name(string text) =>
        DistinguishedName.Parse(text, out string problem) ?? throw new ArgumentException(problem, nameof(text));
}
