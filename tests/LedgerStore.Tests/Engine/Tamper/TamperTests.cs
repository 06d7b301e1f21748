// Every attack of the table, against everybody who could notice it: exactly those do who are promised.

using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Policy;
using Xunit;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class TamperTests(TamperHome home) : IClassFixture<TamperHome>
{
    public static TheoryData<string> Names => new(Attacks.All.Select(attack => attack.Name));

    [Fact]
    public void Nothing_is_noticed_where_nothing_was_done()
    {
        Notice noticed = Detectors.Run(home.Copy(), out string evidence);
        Assert.True(noticed == Notice.None, $"{noticed}: {evidence}");
    }

    [Fact]
    public void The_document_has_the_table()
    {
        string document = Samples.RepositoryFile("docs", "SECURITY.md");
        Assert.True(
            document.Contains(Attacks.Table(), StringComparison.Ordinal),
            "docs/SECURITY.md should have:\n" + Attacks.Table());
    }

    /// <summary>One key signed what is in the store, another one is trusted.</summary>
    [Fact]
    public void Another_key_vouches_for_nothing()
    {
        VerifyReport report = StoreVerifier.Verify(
            new VerifyOptions { DataDirectory = home.Sound, FindKeys = DerivedKeys.Of(home.OtherKey) });
        Assert.False(report.IsVerified);
        Assert.All(report.Findings, f => Assert.Equal(VerifyFindingKind.CheckpointInvalid, f.Kind));
        Assert.Equal(report.Entries, report.UnvouchedEntries);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Who_is_promised_notices(string name)
    {
        Attack attack = Attacks.All.Single(attack => attack.Name == name);
        TamperedStore store = home.Copy();
        attack.Do(store);
        Notice noticed = Detectors.Run(store, out string evidence);
        Assert.True(noticed == attack.Promised, $"promised {attack.Promised}, noticed {noticed}\n{evidence}");
    }
}
