// Records on their way into a committed log, encoded for the place where they will lie. Part of CommittedLog.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

/// <summary>A growing run of encoded records. An idle log holds none, and no memory for them.</summary>
internal struct PendingRecords(uint headerCrc, long offset)
{
    private byte[] _bytes = [];
    private int _length;

    public int Count { get; private set; }

    public readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Append(ushort type, ReadOnlySpan<byte> body)
    {
        Span<byte> place = Take(CommittedLogFormat.RecordBytes(body.Length), out int at);
        CommittedLogFormat.EncodeRecord(type, body, offset + at, headerCrc, place);
    }

    /// <summary>Adds a record that was read from the very offset it will be written to.</summary>
    public void AppendEncoded(ReadOnlySpan<byte> record) => record.CopyTo(Take(record.Length, out _));

    /// <summary>Drops everything behind the first records.</summary>
    public void Shorten(int bytes, int count)
    {
        _length = bytes;
        Count = count;
    }

    private Span<byte> Take(int bytes, out int at)
    {
        at = _length;
        if (_length + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + bytes, 2 * _bytes.Length));
        }

        _length += bytes;
        Count++;
        return _bytes.AsSpan(at, bytes);
    }
}
