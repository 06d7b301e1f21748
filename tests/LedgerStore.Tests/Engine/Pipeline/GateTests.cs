// The gate's promises about who is woken when: a signal that nobody gives is a store that hangs.

using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Pipeline;
using Xunit;

namespace LedgerStore.Tests.Engine.Pipeline;

public sealed class GateTests
{
    [Fact]
    public void A_frame_that_is_asked_for_while_all_buffers_are_in_use_is_made_when_one_comes_back()
    {
        // So it is when the flusher has flushed while the bundler still has every buffer. Only that frame makes the
        // journal's oldest file free; if nobody made it, appends would wait for room for ever.
        using AppendBuffer only = new(16 * 1024);
        Doorbell bell = new();
        Gate gate = new([only], 0, Backlog.Unbounded, static () => 1, static () => false, bell, new Doorbell());
        AppendBuffer busy = gate.TakeEmpty();

        gate.RequestFrame();
        Assert.Null(gate.Take());
        bell.Silence();
        gate.GiveBack(busy);

        Assert.True(bell.Silence());
        Assert.NotNull(gate.Take());
    }
}
