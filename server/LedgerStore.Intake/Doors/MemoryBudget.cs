// How many bytes of requests are held at once. Any thread.
namespace LedgerStore.Intake.Doors;

internal sealed class MemoryBudget(long bytesMax)
{
    private long _taken;

    /// <summary>Bytes that are held now.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Reserves bytes; false: there is no room for them now.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
