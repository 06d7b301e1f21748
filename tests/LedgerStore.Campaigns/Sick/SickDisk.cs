// A disk with a cache that loses its power, and with bad days: what a device does, in memory and an image file. Used by
// the thread that serves it and by the one that hears orders, under a lock.
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Campaigns.Sick;

/// <summary>The bytes of a device, and what is wrong with it.</summary>
internal sealed class SickDisk : IDisposable
{
    public const int InputOutputError = 5;
    public const int NoSpaceError = 28;
    private const int SectorBytes = 512;

    private readonly Lock door = new();
    private readonly SafeFileHandle image;

    // Sectors that were written since the last sync, as they were before: what a power cut may bring back.
    private readonly Dictionary<long, byte[]> before = [];
    private bool isOff;
    private bool failsReads;
    private int writeError;
    private int syncError;
    private int delayMillis;

    public SickDisk(string path)
    {
        image = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Length = RandomAccess.GetLength(image);
    }

    public long Length { get; }

    /// <summary>An order of the campaign; what was asked before is over.</summary>
    public void Obey(string order)
    {
        string[] words = order.Split(' ');
        lock (door)
        {
            (isOff, failsReads, writeError, syncError, delayMillis) = (false, false, 0, 0, 0);
            switch (words[0])
            {
                case "fail-writes":
                    writeError = InputOutputError;
                    break;
                case "fail-syncs":
                    syncError = InputOutputError;
                    break;
                case "fail-reads":
                    failsReads = true;
                    break;
                case "full":
                    writeError = NoSpaceError;
                    break;
                case "slow":
                    delayMillis = int.Parse(words[1]);
                    break;
                case "off":
                    isOff = true;
                    LoseSome(new Random(int.Parse(words[1])));
                    break;
                default:
                    break;
            }
        }
    }

    /// <returns>Bytes that were read, or an error below zero.</returns>
    public int Read(long offset, Span<byte> bytes)
    {
        Wait();
        lock (door)
        {
            return isOff || failsReads ? -InputOutputError : RandomAccess.Read(image, bytes, offset);
        }
    }

    /// <returns>0, or an error below zero.</returns>
    public int Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Wait();
        lock (door)
        {
            if (isOff || writeError != 0)
            {
                return isOff ? -InputOutputError : -writeError;
            }

            for (long sector = offset / SectorBytes; sector * SectorBytes < offset + bytes.Length; sector++)
            {
                if (!before.ContainsKey(sector))
                {
                    byte[] old = new byte[SectorBytes];
                    RandomAccess.Read(image, old, sector * SectorBytes);
                    before[sector] = old;
                }
            }

            RandomAccess.Write(image, bytes, offset);
            return 0;
        }
    }

    /// <returns>0, or an error below zero: then nothing is any safer than before.</returns>
    public int Sync()
    {
        Wait();
        lock (door)
        {
            if (isOff || syncError != 0)
            {
                return -InputOutputError;
            }

            before.Clear();
            return 0;
        }
    }

    public void Dispose() => image.Dispose();

    private void Wait()
    {
        if (Volatile.Read(ref delayMillis) is > 0 and int millis)
        {
            Thread.Sleep(millis);
        }
    }

    /// <summary>Of what was not synced, any sector may have reached the medium, and any may not.</summary>
    private void LoseSome(Random random)
    {
        foreach ((long sector, byte[] old) in before)
        {
            if (random.Next(2) == 0)
            {
                RandomAccess.Write(image, old, sector * SectorBytes);
            }
        }

        before.Clear();
    }
}
