// The rules that every guard has, on events as the store writes them into `_audit`: each fires at its own event, and
// says of whom and of what.

using System.Text;
using Google.Protobuf;
using LedgerStore.Guard;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Fields;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class BuiltinRuleTests
{
    // A Monday, 02:00 UTC: outside of the usual hours.
    private const long Night = WatchBench.Start + (2 * 60 * WatchBench.Minute);

    private readonly LedgerWatch _watch;
    private ulong _next;

    public BuiltinRuleTests()
    {
        RuleFile file = RuleFileReader.Parse(Encoding.UTF8.GetBytes("version: 1\n"), "rules.yaml");
        WatchedLedgers about = file.Of("_audit")!;
        _watch = new LedgerWatch("_audit", about, file.RulesOf(about), file.Sha256);
        foreach (RuleWatch rule in _watch.Rules)
        {
            rule.Begin(0, Night);
        }

        _watch.Start(0, 0);
    }

    public static TheoryData<Event, string, string> Events => new()
    {
        { Denied("anna", 12), "repeated-denials", "anna was refused 12 times within 10m" },
        { Denied("", 1), "denied-unknown", "refused, from 192.0.2.9" },
        { Read("bob", "demo"), "odd-hours", "bob read demo outside of the usual hours" },
        { new() { Policy = new PolicyChange { Accepted = true } }, "policy-changed", "(entry 0 of _audit)" },
        { new() { Policy = new PolicyChange { Accepted = false } }, "policy-refused", "a policy was refused" },
        { new() { Lifecycle = new Lifecycle { Change = "trust refused" } }, "trust-refused", "was refused" },
        { new() { Key = new KeyRotation { Number = 2 } }, "key-rotated", "the signing key was rotated" },
        {
            new() { Hold = new HoldChange { Ledger = "demo", Released = true } },
            "hold-released", "a hold on demo was released"
        },
        {
            new()
            {
                Retention = new RetentionChange
                {
                    Ledger = "demo", Before = "expire_after=365.00:00:00", After = "expire_after=30.00:00:00",
                },
            },
            "retention-shortened", "entries of demo may go earlier"
        },
        { new() { Finding = new Finding { Ledger = "demo" } }, "damage-found", "what is stored of demo is not" },
        { new() { Lifecycle = new Lifecycle { Change = "clock step" } }, "clock-step", "jumped" },
        { new() { Lifecycle = new Lifecycle { Change = "alert" } }, "store-alert", "in danger" },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void A_rule_that_is_built_in_fires_at_its_event_and_says_of_what(Event happened, string rule, string says)
    {
        Alert alert = Assert.Single(Take(happened));
        Assert.Equal(rule, alert.Rule);
        Assert.Contains(says, alert.Says, StringComparison.Ordinal);
        Assert.DoesNotContain("{", alert.Says + alert.Do, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_has_to_look_at_fires_nothing()
    {
        Event[] ordinary =
        [
            new() { Hold = new HoldChange { Ledger = "demo" } },
            new()
            {
                Retention = new RetentionChange
                {
                    Ledger = "demo", Before = "expire_after=30.00:00:00", After = "expire_after=365.00:00:00",
                },
            },
            new() { Lifecycle = new Lifecycle { Change = "start" } },
            new() { Ledger = new LedgerChange { Ledger = "demo", Change = "created" } },
            Denied("anna", 3),
        ];
        Assert.All(ordinary, happened => Assert.Empty(Take(happened)));
    }

    [Fact]
    public void Only_the_store_itself_says_what_happened()
    {
        byte[] forged = EntryMaker.Entry(
            new Event { Key = new KeyRotation() }.ToByteArray(), Night, "application/x-ledgerstore-event");
        _watch.Take(_next++, forged);
        Assert.DoesNotContain(_watch.TakeFound(), static alert => alert.Rule == "key-rotated");
    }

    private static Event Denied(string who, ulong count) => new()
    {
        Denials = new Denials { Identity = who, Count = count, Peer = "192.0.2.9:4711", Reason = "NO_RIGHT" },
    };

    private static Event Read(string who, string ledger) => new()
    {
        Access = new Access { Identity = who, Ledger = ledger, Call = "ledgerstore.v1.Reader/Read", Status = "OK" },
    };

    private IReadOnlyList<Alert> Take(Event happened)
    {
        _watch.Take(_next++, EntryMaker.Entry(
            happened.ToByteArray(), Night, "application/x-ledgerstore-event", appender: "ledgerstore"));
        return _watch.TakeFound();
    }
}
