// A small random generator whose numbers depend on the seed alone, on every machine and runtime version.
// Owned by one simulation at a time.

namespace LedgerStore.Tests.Simulation;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, but not including, the bound.</summary>
    public int Below(int bound) => (int)(Next() % (uint)bound);

    /// <summary>True once in so many calls on average; never when it is 0.</summary>
    public bool OneIn(int calls) => calls > 0 && Next() % (uint)calls == 0;

    public void Fill(Span<byte> bytes)
    {
        foreach (ref byte b in bytes)
        {
            b = (byte)Next();
        }
    }
}
