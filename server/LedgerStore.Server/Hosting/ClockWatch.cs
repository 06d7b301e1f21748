// Notices when the machine's clock jumps: wall time is compared with steady time once a second. One caller.
using LedgerStore.Server.Audit;

namespace LedgerStore.Server.Hosting;

/// <summary>Reports steps of the wall clock.</summary>
internal sealed class ClockWatch(EventQueue events, TimeProvider time)
{
    // The engine's own rule for what counts as a step, see its StoreClock; smaller ones are slewed.
    private static readonly TimeSpan s_stepMin = TimeSpan.FromMinutes(5);

    private readonly long _steadyStart = time.GetTimestamp();
    private DateTimeOffset _wallStart = time.GetUtcNow();

    /// <summary>Looks at both clocks.</summary>
    public void Look()
    {
        TimeSpan step = time.GetUtcNow() - _wallStart - time.GetElapsedTime(_steadyStart);
        if (step.Duration() >= s_stepMin)
        {
            _wallStart += step;
            events.Add(ChangeRecorder.LifecycleOf(
                "clock step", $"the wall clock moved by {step:c}; entries keep to steady time for ten minutes"));
        }
    }
}
