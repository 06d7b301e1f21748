// Explain and review, as people read them.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class PolicyReviewTests
{
    private readonly CompiledPolicy _policy = Samples.Compile(
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
            _policy.Explain("amy").ToString());
        Assert.Equal(
            "nobody: uri spiffe://example.org/nobody (line 6)\n  no binding names it: it may do nothing\n",
            _policy.Explain("nobody").ToString());
        Assert.Equal("\"who\" is not in the policy: it may do nothing\n", _policy.Explain("who").ToString());
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
            _policy.Review().Select(r => r.ToString()));
    }

    [Fact]
    public void Every_row_of_the_review_is_what_Decide_says()
    {
        foreach (PolicyGrant grant in _policy.Review().Where(g => g.Identity is not null))
        {
            string ledger = grant.Ledgers.Replace('*', 'q');
            foreach (Capability capability in Enum.GetValues<Capability>())
            {
                Assert.Equal(grant.Capabilities.Has(capability),
                    _policy.Decide(grant.Identity!, capability, ledger).Allowed);
            }
        }
    }

    [Fact]
    public void The_review_by_ledger_says_who_by_which_rule_and_when_last()
    {
        DateTimeOffset noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [
                "_audit: amy may read; binding 2 (line 12): read-verify on _audit; no use on record",
                "_audit: amy may verify; binding 2 (line 12): read-verify on _audit; no use on record",
                "public.x: amy may read; binding 2 (line 12): read-verify on *; no use on record",
                "public.x: amy may verify; binding 2 (line 12): read-verify on *; no use on record",
                "public.x: everybody may fetch hash tiles and checkpoints; anonymous_tiles; no use on record",
                "x.eu: amy may read; binding 2 (line 12): read-verify on *; last used 2026-11-20T12:00:00Z",
                "x.eu: amy may verify; binding 2 (line 12): read-verify on *; no use on record",
                "x.eu: zoe may append; binding 1 (line 11): append on x.*; no use on record",
            ],
            _policy.ReviewLedgers(
                ["x.eu", "public.x", "_audit", "x.eu", "no/name"],
                (who, what, where) => (who, what, where) is ("amy", Capability.Read, "x.eu") ? noon : null)
                .Select(r => r.ToString()));
    }

    [Fact]
    public void The_review_by_ledger_is_what_Decide_says()
    {
        string[] ledgers = ["a", "x.1", "x.", "x", "public.a", "_audit", "_other"];
        HashSet<(string, string?, Capability)> rows =
        [
            .. _policy.ReviewLedgers(ledgers, (_, _, _) => null).Where(r => r.Identity is not null)
                .Select(r => (r.Ledger, r.Identity, r.Capability)),
        ];
        foreach (string ledger in ledgers)
        {
            foreach (string identity in new[] { "zoe", "amy", "nobody" })
            {
                foreach (Capability capability in Enum.GetValues<Capability>())
                {
                    Assert.Equal(_policy.Decide(identity, capability, ledger).Allowed,
                        rows.Contains((ledger, identity, capability)));
                }
            }
        }
    }
}
