// The copy of the policy beside the anchor, put back or edited while the server is down: its next start records that,
// and a verification with the anchor finds it.
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class PolicyCopyTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task WhatIsNotThePolicyThatHeldIsFound()
    {
        server = await server.RestartAsync(_ => Assert.Empty(Findings()));
        Assert.DoesNotContain(await server.ReadAuditAsync(), one => one.Finding is not null);

        server = await server.RestartAsync(_ =>
        {
            File.AppendAllText(Copy, "# another one" + Environment.NewLine);
            Assert.Contains("the policy in this file", Assert.Single(Findings()).Evidence, StringComparison.Ordinal);
        });
        Assert.Contains(
            await server.ReadAuditAsync(),
            one => one.Finding is { } found && found.File == Copy
                && found.Evidence.Contains("somebody put another one there", StringComparison.Ordinal));

        // The start has put the right one there again.
        server = await server.RestartAsync(_ => Assert.Empty(Findings()));
    }

    private string Copy => server.Config.Anchor + ".policy";

    private IReadOnlyList<VerifyFinding> Findings() => StoreVerifier.Verify(new VerifyOptions
    {
        DataDirectory = server.Config.Data,
        AnchorPath = server.Config.Anchor,
        FindKeys = DerivedKeys.Of(server.Key),
    }).Findings;
}
