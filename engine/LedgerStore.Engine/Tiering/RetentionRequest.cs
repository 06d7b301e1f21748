// Somebody wants a ledger's retention applied now and waits for it. Made by any thread, ended by the tiering thread.

using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Tiering;

/// <summary>A request for one visit.</summary>
internal sealed class RetentionRequest(OpenLedger ledger)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OpenLedger Ledger => ledger;

    public Task Done => _done.Task;

    public void Finish() => _done.TrySetResult();

    public void Fail(Exception cause) => _done.TrySetException(cause);
}
