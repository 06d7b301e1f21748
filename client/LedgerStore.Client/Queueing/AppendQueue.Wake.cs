// Those who are being woken: most of them append again at once, and what they append belongs into one batch.
// Begun by the sender and the spool; each waiter says on its own thread that its turn has come.

namespace LedgerStore.Client;

internal sealed partial class AppendQueue
{
    // How many were woken and have not had their turn yet. While there are any, a batch goes on filling: 64 callers
    // that one answer sets free are one batch then, and not the first of them alone and 63 behind it. A batch costs the
    // same whatever is in it.
    private int _waking;

    /// <summary>Somebody is being woken; the last of them sets the signal if there is something to take.</summary>
    internal bool IsWaking => Volatile.Read(ref _waking) > 0;

    /// <summary>
    /// A waiter's turn has come. The last one lets the sender go on: before it runs, so that a caller who has other
    /// things to do holds up nobody.
    /// </summary>
    internal void NoteAwake()
    {
        if (Interlocked.Decrement(ref _waking) > 0)
        {
            return;
        }

        bool isWork;
        lock (_gate)
        {
            // Whoever puts in a record after this finds nobody waking, and sets the signal.
            isWork = _isClosed || _open.Count > 0 || _closed.Count > 0;
        }

        if (isWork)
        {
            _work.Set();
        }
    }

    private void BeginWaking(int count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref _waking, count);
        }
    }
}
