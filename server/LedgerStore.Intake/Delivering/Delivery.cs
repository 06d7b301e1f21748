// The events of one request on their way: others that bring the same events wait for its end. Any thread.
namespace LedgerStore.Intake.Delivering;

internal sealed class Delivery
{
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is known: null says that everything is durable, a text why it is not.</summary>
    public Task<string?> Ended => _ended.Task;

    /// <summary>Tells those who wait.</summary>
    public void End(string? failure) => _ended.TrySetResult(failure);
}
