// For how long a thread has another right to the reserve. On the stack of that thread.
namespace LedgerStore.Engine.Pipeline;

/// <summary>Gives the calling thread a right to the reserve until it is disposed.</summary>
internal readonly ref struct ReserveScope
{
    private readonly ReserveRight _before;

    public ReserveScope(ReserveRight right)
    {
        _before = Reserve.Right;
        Reserve.Right = right;
    }

    public void Dispose() => Reserve.Right = _before;
}
