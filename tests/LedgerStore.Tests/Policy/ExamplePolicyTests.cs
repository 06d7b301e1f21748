// The example of the design, read as a whole and asked what it allows.
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class ExamplePolicyTests
{
    private readonly PolicyParseResult _parsed = Samples.Parse(Samples.Design);

    private CompiledPolicy Policy => CompiledPolicy.Compile(_parsed.Policy!);

    [Fact]
    public void It_is_accepted_and_its_unused_parts_are_named()
    {
        Assert.Empty(_parsed.Errors);
        Assert.Equal(
            [
                "6:3: warning: no binding names the identity \"anna\" (it may do nothing) [unused]",
                "9:3: warning: no binding uses the role \"auditor\" [unused]",
                "11:5: warning: nobody may read or verify _audit, the record of every access"
                    + " (bind a role with read and verify on \"_audit\") [audit]",
            ],
            _parsed.Warnings.Select(d => d.ToString()));
    }

    [Fact]
    public void Its_hash_is_the_hash_of_the_file()
    {
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(Samples.Design)), _parsed.Policy!.Sha256);
    }

    [Fact]
    public void It_knows_its_parts()
    {
        PolicyDocument policy = _parsed.Policy!;
        Assert.Equal("example.org", policy.TrustDomain);
        Assert.Equal(["payments", "anna"], policy.Identities.Select(i => i.Name));
        Assert.Equal(["spiffe://example.org/payments", "anna"], policy.Identities.Select(i => i.Appender));
        Assert.Equal(["append", "read, verify"], policy.Roles.Select(r => r.Capabilities.ToString()));
        Assert.Equal(new Quota(50000, 20000000, 16, null), policy.Bindings.Single().Quota);
        Assert.Equal(2, policy.Deny.Length);
        Assert.Equal("public.*", policy.AnonymousTiles.Single().Text);
    }

    [Fact]
    public void Payments_may_append_to_its_ledgers_and_nothing_else()
    {
        Decision decision = Policy.Decide("payments", Capability.Append, "payments.eu");
        Assert.True(decision.Allowed);
        Assert.Equal("binding 1 (line 11): writer on payments.*", decision.Reason);
        Assert.Equal(16, decision.Quota.Streams);

        Assert.False(Policy.Decide("payments", Capability.Read, "payments.eu").Allowed);
        Assert.False(Policy.Decide("payments", Capability.Append, "payments").Allowed);
        Assert.False(Policy.Decide("payments", Capability.Append, "paymentsx").Allowed);
        Assert.False(Policy.DecideStoreWide("payments", Capability.Append).Allowed);
    }

    [Fact]
    public void Who_is_bound_to_nothing_may_do_nothing()
    {
        Assert.False(Policy.Decide("anna", Capability.Verify, "payments.eu").Allowed);
        Assert.False(Policy.Decide("mallory", Capability.Verify, "payments.eu").Allowed);
    }

    [Fact]
    public void Public_ledgers_can_be_verified_by_everybody()
    {
        Assert.True(Policy.HasAnonymousTiles);
        Assert.True(Policy.AllowsAnonymousTiles("public.a"));
        Assert.False(Policy.AllowsAnonymousTiles("public"));
        Assert.False(Policy.AllowsAnonymousTiles("_audit"));
        Assert.False(Policy.AllowsAnonymousTiles(""));
    }

    [Fact]
    public void The_smallest_policy_allows_nothing()
    {
        CompiledPolicy policy = Samples.Compile("version: 1\ntrust_domain: example.org\n");
        Assert.False(policy.Decide("payments", Capability.Append, "payments.eu").Allowed);
        Assert.False(policy.HasAnonymousTiles);
    }
}
