// The ids of a window on disk, so that a restart does not forget them. Two files, the older and the newer generation;
// each is rows of 32 bytes, little-endian:
//
//   0  16  name     sender and id, hashed
//   16  8  content  the bytes, hashed
//   24  4  time     unix seconds
//   28  4  CRC-32C of the 28 bytes before
//
// A row is written after its event is durable, so a row that is there is true. It is not synced: what a power cut takes
// away is stored a second time, and nothing is lost by it. Used under the window's lock.
using System.Buffers;
using System.Buffers.Binary;
using LedgerStore.Client;
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Intake.Delivering;

internal sealed class WindowFile : IDisposable
{
    private const int RowBytes = 32;
    private const int CrcAt = 28;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _older;
    private readonly string _newer;
    private SafeFileHandle _file;
    private long _end;
    private bool _isBroken;

    public WindowFile(string directory)
    {
        DurableDirectory.Create(directory, OwnFile | UnixFileMode.UserExecute);
        _older = Path.Combine(directory, "older.ids");
        _newer = Path.Combine(directory, "newer.ids");
        _file = Open(_newer, FileMode.OpenOrCreate);
        _end = RandomAccess.GetLength(_file) / RowBytes * RowBytes;
    }

    /// <summary>The rows of the older generation; rows that are damaged are left out.</summary>
    public IEnumerable<(EventKey Key, uint Seconds)> ReadOlder()
    {
        if (!File.Exists(_older))
        {
            yield break;
        }

        using SafeFileHandle older = Open(_older, FileMode.Open);
        foreach ((EventKey Key, uint Seconds) row in Rows(older, RandomAccess.GetLength(older)))
        {
            yield return row;
        }
    }

    /// <summary>The rows of the newer generation; the same.</summary>
    public IEnumerable<(EventKey Key, uint Seconds)> ReadNewer() => Rows(_file, _end);

    /// <summary>Adds rows. A disk that takes none costs a duplicate, after a restart, and nothing else.</summary>
    public void Write(IReadOnlyList<EventKey> keys, uint seconds)
    {
        if (_isBroken || keys.Count == 0)
        {
            return;
        }

        int bytes = keys.Count * RowBytes;
        byte[] rows = ArrayPool<byte>.Shared.Rent(bytes);
        for (int at = 0; at < keys.Count; at++)
        {
            Span<byte> row = rows.AsSpan(at * RowBytes, RowBytes);
            BinaryPrimitives.WriteUInt128LittleEndian(row, keys[at].Name);
            BinaryPrimitives.WriteUInt64LittleEndian(row[16..], keys[at].Content);
            BinaryPrimitives.WriteUInt32LittleEndian(row[24..], seconds);
            BinaryPrimitives.WriteUInt32LittleEndian(row[CrcAt..], Crc32C.Compute(row[..CrcAt]));
        }

        try
        {
            RandomAccess.Write(_file, rows.AsSpan(0, bytes), _end);
            _end += bytes;
        }
        catch (IOException)
        {
            // A full disk, most likely; what was half written lies behind the end, and is written over.
        }

        ArrayPool<byte>.Shared.Return(rows);
    }

    /// <summary>The newer generation becomes the older one.</summary>
    public void Turn()
    {
        if (_isBroken)
        {
            return;
        }

        _file.Dispose();
        try
        {
            File.Delete(_older);
            File.Move(_newer, _older);
            _file = Open(_newer, FileMode.Create);
            _end = 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is written down any more: the next start knows fewer ids.
            _isBroken = true;
        }
    }

    public void Dispose() => _file.Dispose();

    private static IEnumerable<(EventKey Key, uint Seconds)> Rows(SafeFileHandle file, long length)
    {
        byte[] rows = new byte[1024 * RowBytes];
        for (long offset = 0; offset < length;)
        {
            int read = RandomAccess.Read(file, rows.AsSpan(0, (int)Math.Min(rows.Length, length - offset)), offset);
            if (read < RowBytes)
            {
                yield break;
            }

            for (int at = 0; at + RowBytes <= read; at += RowBytes)
            {
                if (RowOf(rows.AsSpan(at, RowBytes)) is { } row)
                {
                    yield return row;
                }
            }

            offset += read / RowBytes * RowBytes;
        }
    }

    private static (EventKey Key, uint Seconds)? RowOf(ReadOnlySpan<byte> row) =>
        Crc32C.Compute(row[..CrcAt]) != BinaryPrimitives.ReadUInt32LittleEndian(row[CrcAt..])
            ? null
            : (new EventKey(
                BinaryPrimitives.ReadUInt128LittleEndian(row), BinaryPrimitives.ReadUInt64LittleEndian(row[16..])),
                BinaryPrimitives.ReadUInt32LittleEndian(row[24..]));

    private static SafeFileHandle Open(string path, FileMode mode)
    {
        SafeFileHandle file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, OwnFile);
        }

        return file;
    }
}
