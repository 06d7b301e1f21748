// Explain and review, as people read them.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class PolicyReviewTests
{
    private readonly CompiledPolicy policy = Samples.Compile(
        Samples.Policy("zoe: append: x.*: 5", "amy: read verify: *, _audit") + "anonymous_tiles: [\"public.*\"]\n");

    [Fact]
    public void Explain_says_what_and_why()
    {
        Assert.Equal(
            """
            amy: uri spiffe://example.org/amy (line 5)
              amy may read, verify on "*" and store-wide (binding 2, role read-verify, line 12)
              amy may read, verify on "_audit" (binding 2, role read-verify, line 12)

            """,
            policy.Explain("amy").ToString());
        Assert.Equal(
            "nobody: uri spiffe://example.org/nobody (line 6)\n  no binding names it: it may do nothing\n",
            policy.Explain("nobody").ToString());
        Assert.Equal("\"who\" is not in the policy: it may do nothing\n", policy.Explain("who").ToString());
    }

    [Fact]
    public void Review_lists_everybody_and_what_is_open_to_all()
    {
        Assert.Equal(
            [
                "amy may read, verify on \"*\" and store-wide (binding 2, role read-verify, line 12)",
                "amy may read, verify on \"_audit\" (binding 2, role read-verify, line 12)",
                "zoe may append on \"x.*\" (binding 1, role append, line 11; 5 records/s)",
                "everybody may fetch hash tiles and checkpoints on \"public.*\" (anonymous_tiles, line 13)",
            ],
            policy.Review().Select(r => r.ToString()));
    }

    [Fact]
    public void Every_row_of_the_review_is_what_Decide_says()
    {
        foreach (PolicyGrant grant in policy.Review().Where(g => g.Identity is not null))
        {
            string ledger = grant.Ledgers.Replace('*', 'q');
            foreach (Capability capability in Enum.GetValues<Capability>())
            {
                Assert.Equal(grant.Capabilities.Has(capability),
                    policy.Decide(grant.Identity!, capability, ledger).Allowed);
            }
        }
    }
}
