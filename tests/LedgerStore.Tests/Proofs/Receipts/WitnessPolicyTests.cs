// Policies: which witnesses are enough, compared with the definition for every set of them; and what is no policy.
// Test code.
using System.Text;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Receipts;

public sealed class WitnessPolicyTests
{
    private static readonly string s_log = Signers.Log.ToVerifierKey().ToString();
    private static readonly string[] s_w = [.. Signers.Witnesses.Select(witness => witness.ToVerifierKey().ToString())];

    [Fact]
    public void The_example_of_the_specification_decides_every_set_of_witnesses()
    {
        for (int set = 0; set < 64; set++)
        {
            bool expected = int.PopCount(set & 0b000111) >= 2 && (set & 0b111000) != 0;
            Assert.Equal(expected, Signers.Policy.IsSatisfiedBy(Signed(set)));
        }
    }

    [Theory]
    [InlineData("quorum none", 0)]
    [InlineData("quorum A", 1)]
    [InlineData("group G any A B C\nquorum G", 1)]
    [InlineData("group G 2 A B C\nquorum G", 2)]
    [InlineData("group G all A B C\nquorum G", 3)]
    [InlineData("group G 3 A B C\nquorum G", 3)]
    [InlineData("  group\t G \t 3 A B C\t\n\n \t\n\t# comment\nquorum  G ", 3)]
    public void A_group_needs_its_threshold(string rest, int needed)
    {
        WitnessPolicy policy = Parse($"witness A {s_w[0]}\nwitness B {s_w[1]}\nwitness C {s_w[2]}\n{rest}\n");
        for (int count = 0; count <= 3; count++)
        {
            Assert.Equal(count >= needed, policy.IsSatisfiedBy(Signed((1 << count) - 1)));
        }
    }

    [Fact]
    public void Parties_are_read_with_their_addresses()
    {
        WitnessPolicy policy = Signers.Policy;
        Assert.Equal(new PolicyParty(Signers.Log.ToVerifierKey(), "https://log.example/"), policy.Logs[0]);
        Assert.Equal("https://witness1.example/", policy.Witnesses[0].Url);
        Assert.Null(policy.Witnesses[1].Url);
        Assert.Equal(6, policy.Cosigners.Count);
        Assert.Equal(Signers.Log.ToVerifierKey(), policy.LogKeysOf(Signers.Origin).Keys[0].Key);
        Assert.Throws<VerificationFailedException>(() => policy.LogKeysOf("log.example/other"));
    }

    [Fact]
    public void Names_are_opaque_bytes()
    {
        // K, and the Kelvin sign that Unicode folds to it, are two names; so are bytes that are not UTF-8.
        byte[] text = [.. Encoding.UTF8.GetBytes($"witness K {s_w[0]}\nwitness \u212a {s_w[1]}\nwitness "), 0xff,
            .. Encoding.UTF8.GetBytes($" {s_w[2]}\ngroup G all K \u212a "), 0xff, .. "\nquorum G\n"u8];
        WitnessPolicy policy = WitnessPolicy.Parse(text);
        Assert.False(policy.IsSatisfiedBy(Signed(0b011)));
        Assert.True(policy.IsSatisfiedBy(Signed(0b111)));
    }

    [Fact]
    public void As_many_parties_as_the_standard_asks_for_work()
    {
        StringBuilder text = new();
        for (int i = 0; i < 32; i++)
        {
            using SigningKey log = SigningKey.Generate();
            using SigningKey witness = SigningKey.Generate();
            text.Append($"log {new NoteSigner(KeyName.Parse($"log{i}"), log).ToVerifierKey()}\n");
            text.Append($"witness w{i} {new NoteCosigner(KeyName.Parse($"w{i}"), witness).ToVerifierKey()}\n");
            text.Append($"group g{i} all w{i}{(i > 0 ? $" g{i - 1}" : string.Empty)}\n");
        }

        WitnessPolicy policy = Parse(text.Append("quorum g31\n").ToString());
        Assert.Equal((32, 32), (policy.Logs.Length, policy.Witnesses.Length));
        List<VerifiedSignature> all = [.. policy.Cosigners.Keys.ToArray().Select(key => new VerifiedSignature(key, 1))];
        Assert.True(policy.IsSatisfiedBy(all));
        Assert.False(policy.IsSatisfiedBy(all[1..]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("quorum none")]
    [InlineData("quorum none\nquorum none\n")]
    [InlineData("quorum\n")]
    [InlineData("quorum none none\n")]
    [InlineData("quorum A\n")]
    [InlineData("quorum A\nwitness A W0\n")]
    [InlineData("quorum none\nwitness none W0\n")]
    [InlineData("quorum none\nwitness A\n")]
    [InlineData("quorum none\nwitness A W0 url more\n")]
    [InlineData("quorum none\nwitness A W0 # no comment here\n")]
    [InlineData("quorum none\nwitness A W0\nwitness A W1\n")]
    [InlineData("quorum none\nwitness A W0\nwitness B W0\n")]
    [InlineData("quorum none\nwitness A LOG\n")]
    [InlineData("quorum none\nlog W0\n")]
    [InlineData("quorum none\nlog\n")]
    [InlineData("quorum none\nlog LOG\nlog LOG\n")]
    [InlineData("quorum none\nwitness A W0\ngroup A any A\n")]
    [InlineData("quorum none\ngroup G any G\n")]
    [InlineData("quorum none\ngroup G any none\n")]
    [InlineData("quorum none\ngroup G any\n")]
    [InlineData("quorum none\ngroup G all\n")]
    [InlineData("quorum none\ngroup G\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G 0 A\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G 2 A\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G 01 A\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G -1 A\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G any A A\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G any A\ngroup H any A\n")]
    [InlineData("quorum none\nwitness A W0\ngroup G any B\nwitness B W1\n")]
    [InlineData("quorum none\nunknown A\n")]
    [InlineData("quorum none\r\n")]
    [InlineData("quorum none\u007f\n")]
    public void Other_texts_are_malformed(string text)
    {
        text = text.Replace("LOG", s_log, StringComparison.Ordinal)
            .Replace("W0", s_w[0], StringComparison.Ordinal)
            .Replace("W1", s_w[1], StringComparison.Ordinal);
        Assert.Throws<MalformedDataException>(() => Parse(text));
    }

    [Fact]
    public void An_error_says_which_line()
    {
        MalformedDataException error = Assert.Throws<MalformedDataException>(() => Parse("# first\nquorum A\n"));
        Assert.Equal(8, error.Offset);
    }

    private static WitnessPolicy Parse(string text) => WitnessPolicy.Parse(Encoding.UTF8.GetBytes(text));

    private static List<VerifiedSignature> Signed(int set) =>
        [.. Signers.Witnesses.Where((_, i) => (set >> i & 1) == 1)
            .Select(witness => new VerifiedSignature(witness.ToVerifierKey(), 1))];
}
