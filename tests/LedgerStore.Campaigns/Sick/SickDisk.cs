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

    private readonly Lock _door = new();
    private readonly SafeFileHandle _image;

    // Sectors that were written since the last sync, as they were before: what a power cut may bring back.
    private readonly Dictionary<long, byte[]> _before = [];
    private bool _isOff;
    private bool _failsReads;
    private int _writeError;
    private int _syncError;
    private int _delayMillis;

    public SickDisk(string path)
    {
        _image = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Length = RandomAccess.GetLength(_image);
    }

    public long Length { get; }

    /// <summary>An order of the campaign; what was asked before is over.</summary>
    public void Obey(string order)
    {
        string[] words = order.Split(' ');
        lock (_door)
        {
            (_isOff, _failsReads, _writeError, _syncError, _delayMillis) = (false, false, 0, 0, 0);
            switch (words[0])
            {
                case "fail-writes":
                    _writeError = InputOutputError;
                    break;
                case "fail-syncs":
                    _syncError = InputOutputError;
                    break;
                case "fail-reads":
                    _failsReads = true;
                    break;
                case "full":
                    _writeError = NoSpaceError;
                    break;
                case "slow":
                    _delayMillis = int.Parse(words[1]);
                    break;
                case "off":
                    _isOff = true;
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
        lock (_door)
        {
            return _isOff || _failsReads ? -InputOutputError : RandomAccess.Read(_image, bytes, offset);
        }
    }

    /// <returns>0, or an error below zero.</returns>
    public int Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Wait();
        lock (_door)
        {
            if (_isOff || _writeError != 0)
            {
                return _isOff ? -InputOutputError : -_writeError;
            }

            for (long sector = offset / SectorBytes; sector * SectorBytes < offset + bytes.Length; sector++)
            {
                if (!_before.ContainsKey(sector))
                {
                    byte[] old = new byte[SectorBytes];
                    RandomAccess.Read(_image, old, sector * SectorBytes);
                    _before[sector] = old;
                }
            }

            RandomAccess.Write(_image, bytes, offset);
            return 0;
        }
    }

    /// <returns>0, or an error below zero: then nothing is any safer than before.</returns>
    public int Sync()
    {
        Wait();
        lock (_door)
        {
            if (_isOff || _syncError != 0)
            {
                return -InputOutputError;
            }

            _before.Clear();
            return 0;
        }
    }

    public void Dispose() => _image.Dispose();

    private void Wait()
    {
        if (Volatile.Read(ref _delayMillis) is > 0 and int millis)
        {
            Thread.Sleep(millis);
        }
    }

    /// <summary>Of what was not synced, any sector may have reached the medium, and any may not.</summary>
    private void LoseSome(Random random)
    {
        foreach ((long sector, byte[] old) in _before)
        {
            if (random.Next(2) == 0)
            {
                RandomAccess.Write(_image, old, sector * SectorBytes);
            }
        }

        _before.Clear();
    }
}
