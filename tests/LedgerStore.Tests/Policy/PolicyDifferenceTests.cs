// The difference between two policies: its text, and that it is exactly the difference of what Decide says.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class PolicyDifferenceTests
{
    private static readonly string[] s_identities = ["a", "b", "c", "d", "nobody"];
    private static readonly string[] s_sets = ["append", "read", "read verify", "append read", "administer"];
    private static readonly string[] s_patterns = ["x", "x.*", "x*", "*x", "*", "x.y", "x.*y", "y", "*.*"];
    private static readonly string[] s_ledgers =
        [.. LedgerPatternTests.Words("xyz.", 4).Append("_audit").Append("xxxxxxyy").Append("a.b.c")];

    [Fact]
    public void The_first_policy_is_all_new()
    {
        Assert.Equal(
            """
            + trust_domain example.org
            + identity anna: fingerprint sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            + identity payments: uri spiffe://example.org/payments
            + payments append on "payments.*"
            + deny issuer "CN=Example CA" serial a1b
            + deny spki sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            + anonymous_tiles on "public.*"

            """,
            PolicyDifference.Between(null, Samples.Compile(Samples.Design)).ToString());
    }

    [Fact]
    public void The_text_says_who_gained_and_lost_what()
    {
        CompiledPolicy before = Samples.Compile(Samples.Policy(
            "a: append: x.*: 10", "b: read: *", "c: verify: y.*"));
        CompiledPolicy after = Samples.Compile(Samples.Policy(
            "a: append: x.*: 20", "a: append: y", "b: read: x.*, _audit", "c: verify: y.*", "c: verify: *",
            "d: read: z").Replace("org/c", "org/new"));
        Assert.Equal(
            """
            ~ identity c: uri spiffe://example.org/c -> uri spiffe://example.org/new
            + identity d: uri spiffe://example.org/d
            + a append on "y"
            ~ a append on "x.*": 10 records/s -> 20 records/s
            + b read on "_audit"
            - b read on "*" (kept on "x.*")
            - b read store-wide
            + c verify on "*" (as before on "y.*")
            + c verify store-wide
            + d read on "z"

            """,
            PolicyDifference.Between(before, after).ToString());
    }

    [Fact]
    public void What_is_only_written_in_another_way_is_no_change()
    {
        CompiledPolicy before = Samples.Compile(Samples.Policy("a: append read: x.*", "b: read: y"));
        CompiledPolicy after = Samples.Compile(
            "# the same\n" + Samples.Policy("b: read: y", "a: read: x.*, x.y", "a: append: x.*"));
        PolicyDifference difference = PolicyDifference.Between(before, after);
        Assert.True(difference.IsEmpty, difference.ToString());
        Assert.Equal("no change of rights\n", difference.ToString());
    }

    [Fact]
    public void A_long_text_ends_at_the_limit_and_counts_the_rest()
    {
        PolicyDifference difference = PolicyDifference.Between(null, Samples.Compile(Samples.Design));
        string text = difference.ToText(160);
        Assert.True(text.Length <= 160);
        Assert.EndsWith("... and 5 more changes\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Applied_to_random_pairs_it_is_the_difference_of_Decide()
    {
        int rounds = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") is "1" ? 3_000 : 150;
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            string beforeText = RandomPolicy(random), afterText = RandomPolicy(random);
            CompiledPolicy before = Samples.Compile(beforeText), after = Samples.Compile(afterText);
            PolicyDifference difference = PolicyDifference.Between(before, after);
            string at = $"seed {seed} round {round}\n{beforeText}\n{afterText}\n{difference}";

            Assert.Equal(difference.ToString(), PolicyDifference.Between(before, after).ToString());
            foreach (string identity in s_identities)
            {
                foreach (Capability capability in Enum.GetValues<Capability>())
                {
                    PolicyDifferenceEntry[] own =
                        [.. difference.Entries.Where(e => e.Identity == identity && e.Capability == capability)];
                    CheckRights(before, after, identity, capability, own, at);
                }
            }
        }
    }

    private static void CheckRights(
        CompiledPolicy before,
        CompiledPolicy after,
        string identity,
        Capability capability,
        PolicyDifferenceEntry[] own,
        string at)
    {
        HashSet<PolicyDifferenceEntry> seen = [];
        foreach (string ledger in s_ledgers)
        {
            Decision old = before.Decide(identity, capability, ledger);
            Decision now = after.Decide(identity, capability, ledger);
            PolicyDifferenceEntry[] concerning =
                [.. own.Where(e => e.Kind == PolicyChangeKind.Capability && e.Concerns(ledger))];
            seen.UnionWith(concerning);
            string who = $"{identity} {capability} {ledger}: {old} / {now}\n{at}";
            Assert.True(concerning.Any(e => e.Sign == '+') == (!old.Allowed && now.Allowed), who);
            Assert.True(concerning.Any(e => e.Sign == '-') == (old.Allowed && !now.Allowed), who);
            if (old.Allowed && now.Allowed && old.Quota != now.Quota)
            {
                PolicyDifferenceEntry? said = Array.Find(own, e => e.Kind == PolicyChangeKind.Quota
                    && e.Pattern!.Matches(ledger)
                    && e.Detail.EndsWith($"{old.Quota} -> {now.Quota}", StringComparison.Ordinal));
                Assert.True(said is not null, who);
                seen.Add(said);
            }
        }

        // Nothing is said that no ledger bears out.
        Assert.All(own.Where(e => e.Kind is PolicyChangeKind.Capability or PolicyChangeKind.Quota),
            e => Assert.True(seen.Contains(e), $"{e}\n{at}"));
        bool had = before.DecideStoreWide(identity, capability).Allowed;
        bool has = after.DecideStoreWide(identity, capability).Allowed;
        Assert.True(own.Any(e => e.Kind == PolicyChangeKind.StoreWide) == (had != has), at);
    }

    private static string RandomPolicy(Random random)
    {
        List<string> bindings = [];
        for (int i = random.Next(0, 7); i > 0; i--)
        {
            string set = s_sets[random.Next(s_sets.Length)];
            string[] ledgers = [.. random.GetItems(s_patterns, random.Next(1, 4)).Distinct()];
            bool isAudit = set.StartsWith("read", StringComparison.Ordinal) && random.Next(4) == 0;
            string quota = random.Next(2) == 0 ? "" : $": {random.Next(1, 4)}";
            string list = string.Join(", ", ledgers) + (isAudit ? ", _audit" : "");
            bindings.Add($"{s_identities[random.Next(4)]}: {set}: {list}{quota}");
        }

        return Samples.Policy([.. bindings]);
    }
}
