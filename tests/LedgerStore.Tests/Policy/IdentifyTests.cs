// Who a certificate is: its one URI SAN or its fingerprint, exactly, and never anything else.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class IdentifyTests
{
    private static readonly byte[] s_annas = Convert.FromHexString(Samples.Hex);
    private static readonly byte[] s_other = new byte[32];
    private readonly CompiledPolicy _policy = Samples.Compile(Samples.Design);

    [Fact]
    public void By_uri_or_by_fingerprint()
    {
        Assert.Equal("payments", _policy.Identify("spiffe://example.org/payments", s_other).Name);
        Assert.Equal("anna", _policy.Identify(null, s_annas).Name);
        Assert.Equal("anna", _policy.Identify("spiffe://elsewhere.org/anna", s_annas).Name);
        Assert.Equal("uri in line 5", _policy.Identify("spiffe://example.org/payments", s_other).Reason);
    }

    [Fact]
    public void A_certificate_that_is_two_identities_is_none()
    {
        Identification nobody = _policy.Identify("spiffe://example.org/payments", s_annas);
        Assert.False(nobody.IsKnown);
        Assert.Equal("the certificate is both payments by its URI and anna by its fingerprint", nobody.Reason);
    }

    [Theory]
    [InlineData("spiffe://example.org/payment")]
    [InlineData("spiffe://example.org/payments/")]
    [InlineData("spiffe://example.org//payments")]
    [InlineData("spiffe://example.org/Payments")]
    [InlineData("spiffe://example.org/./payments")]
    [InlineData("spiffe://example.org/x/../payments")]
    [InlineData("spiffe://example.org/%70ayments")]
    [InlineData("spiffe://example.org/payments?x")]
    [InlineData("spiffe://example.org/payments#x")]
    [InlineData("SPIFFE://example.org/payments")]
    [InlineData("spiffe://EXAMPLE.org/payments")]
    [InlineData("spiffe://example.org:443/payments")]
    [InlineData("spiffe://x@example.org/payments")]
    [InlineData("spiffe://example.org.evil.com/payments")]
    [InlineData("https://example.org/payments")]
    [InlineData("payments")]
    [InlineData("")]
    public void Another_spelling_is_nobody(string uri)
    {
        Identification nobody = _policy.Identify(uri, s_other);
        Assert.False(nobody.IsKnown);
        Assert.NotEmpty(nobody.Reason);
    }

    [Fact]
    public void No_uri_and_no_listed_fingerprint_is_nobody() =>
        Assert.Equal("the certificate has no URI SAN, and its fingerprint is not in the policy",
            _policy.Identify(null, s_other).Reason);

    [Theory]
    [InlineData("spiffe://d/a", true)]
    [InlineData("spiffe://d/a/b.c_d-E9", true)]
    [InlineData("spiffe://d/...", true)]
    [InlineData("spiffe://d/..a", true)]
    [InlineData("spiffe://d", false)]
    [InlineData("spiffe://d/", false)]
    [InlineData("spiffe://d/a/", false)]
    [InlineData("spiffe://d//a", false)]
    [InlineData("spiffe://d/.", false)]
    [InlineData("spiffe://d/a/..", false)]
    [InlineData("spiffe://d/a b", false)]
    [InlineData("spiffe://d/a%62", false)]
    [InlineData("spiffe://d/é", false)]
    [InlineData("spiffe://dd/a", false)]
    public void Spiffe_ids_are_taken_strictly(string uri, bool expected) =>
        Assert.Equal(expected, SpiffeId.Problem(uri, "d").Length == 0);

    [Fact]
    public void A_uri_that_would_not_fit_into_an_entry_is_refused()
    {
        Assert.Empty(SpiffeId.Problem("spiffe://d/" + new string('a', 244), "d"));
        Assert.Contains("255", SpiffeId.Problem("spiffe://d/" + new string('a', 245), "d"), StringComparison.Ordinal);
    }
}
