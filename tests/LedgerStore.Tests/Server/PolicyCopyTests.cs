// The copy of the policy beside the anchor, put back or edited while the server is down: its next start records that,
// and a verification with the anchor finds it.
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class PolicyCopyTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task What_is_not_the_policy_that_held_is_found()
    {
        _server = await _server.RestartAsync(_ => Assert.Empty(Findings()));
        Assert.DoesNotContain(await _server.ReadAuditAsync(), one => one.Finding is not null);

        _server = await _server.RestartAsync(_ =>
        {
            File.AppendAllText(Copy, "# another one" + Environment.NewLine);
            Assert.Contains("the policy in this file", Assert.Single(Findings()).Evidence, StringComparison.Ordinal);
        });
        Assert.Contains(
            await _server.ReadAuditAsync(),
            one => one.Finding is { } found && found.File == Copy
                && found.Evidence.Contains("somebody put another one there", StringComparison.Ordinal));

        // The start has put the right one there again.
        _server = await _server.RestartAsync(_ => Assert.Empty(Findings()));
    }

    private string Copy => _server.Config.Anchor + ".policy";

    private IReadOnlyList<VerifyFinding> Findings() => StoreVerifier.Verify(new VerifyOptions
    {
        DataDirectory = _server.Config.Data,
        AnchorPath = _server.Config.Anchor,
        FindKeys = DerivedKeys.Of(_server.Key),
    }).Findings;
}
