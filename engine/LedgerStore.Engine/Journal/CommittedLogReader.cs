// Reads a committed log from the disk: the newest commit slot, every committed record, and what was written behind it.
// Owned by CommittedLog while it opens; one thread. It changes nothing on the disk.

using System.Buffers;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>Takes the records of a log in order. The body is valid during the call only.</summary>
internal delegate void LogRecordVisitor(ushort type, ReadOnlySpan<byte> body);

/// <summary>Walks through the records of one file with one buffer.</summary>
internal sealed class CommittedLogReader : IDisposable
{
    // Most state.logs fit at once; a larger file is read in steps, and the buffer grows for a larger record.
    private const int StartBytes = 16 * 1024;
    private const int StepBytes = 256 * 1024;

    private readonly IFile _file;
    private readonly uint _headerCrc;
    private byte[] _buffer;
    private long _bufferOffset;
    private int _bufferBytes;

    public CommittedLogReader(IFile file, in CommittedLogIdentity identity)
    {
        _file = file;
        FileBytes = file.Length;
        _buffer = ArrayPool<byte>.Shared.Rent(FileBytes > StartBytes ? StepBytes : StartBytes);
        try
        {
            ReadOnlySpan<byte> head = Peek(0, CommittedLogFormat.RecordsOffset);
            CommittedLogFormat.CheckHeader(head, identity);
            Span<byte> header = stackalloc byte[CommittedLogFormat.HeaderBytes];
            _headerCrc = CommittedLogFormat.EncodeHeader(identity, header);
            FormatCheck.That(
                head.Length == CommittedLogFormat.RecordsOffset, "the file ends before its records", head.Length);
            Slot = NewestSlot(head);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long FileBytes { get; }

    /// <summary>The newest valid commit.</summary>
    public CommitSlot Slot { get; }

    /// <summary>Where the next record is read.</summary>
    public long Offset { get; private set; } = CommittedLogFormat.RecordsOffset;

    /// <summary>Records so far.</summary>
    public long Records { get; private set; }

    /// <summary>Visits every committed record.</summary>
    /// <param name="committed">What the slot says, or what the writer of the file remembers.</param>
    /// <exception cref="LedgerStore.Proofs.MalformedDataException">One is damaged, or the file is too short.
    /// </exception>
    public void ReadCommitted(in CommitSlot committed, LogRecordVisitor visit)
    {
        FormatCheck.That(FileBytes >= committed.Bytes, "the file is shorter than what was committed", FileBytes);
        while (Offset < committed.Bytes)
        {
            ReadOnlySpan<byte> record = PeekRecord(out ushort type, out ReadOnlySpan<byte> body);
            FormatCheck.That(!record.IsEmpty, "a committed record is damaged", Offset);
            Take(record, type, body, visit);
        }

        FormatCheck.That(Offset == committed.Bytes, "the committed records do not end where the commit says", Offset);
        FormatCheck.That(Records == committed.Records, "there are not as many records as were committed", Offset);
    }

    /// <summary>Visits the next record that was written behind the commit, if it is whole.</summary>
    /// <returns>The record as it lies in the file, valid until the next call; empty at the end.</returns>
    public ReadOnlySpan<byte> RollForward(LogRecordVisitor visit)
    {
        ReadOnlySpan<byte> record = PeekRecord(out ushort type, out ReadOnlySpan<byte> body);
        if (!record.IsEmpty)
        {
            Take(record, type, body, visit);
        }

        return record;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _bufferBytes = 0;
    }

    // A power cut while one slot is written leaves the other one; damage of one slot too.
    private CommitSlot NewestSlot(ReadOnlySpan<byte> head)
    {
        CommitSlot newest = default;
        for (int place = 0; place < 2; place++)
        {
            ReadOnlySpan<byte> bytes = head.Slice(
                (int)CommittedLogFormat.SlotOffset(place), CommittedLogFormat.SlotBytes);
            if (CommittedLogFormat.TryDecodeSlot(bytes, place, _headerCrc, out CommitSlot slot)
                && slot.Sequence > newest.Sequence)
            {
                newest = slot;
            }
        }

        FormatCheck.That(
            newest.Sequence > 0, "both commit slots are damaged", CommittedLogFormat.SlotOffset(0));
        return newest;
    }

    private void Take(ReadOnlySpan<byte> record, ushort type, ReadOnlySpan<byte> body, LogRecordVisitor visit)
    {
        visit(type, body);
        Offset += record.Length;
        Records++;
    }

    /// <summary>The record at the offset; empty when there is no whole and sound one.</summary>
    private ReadOnlySpan<byte> PeekRecord(out ushort type, out ReadOnlySpan<byte> body)
    {
        type = 0;
        body = default;
        ReadOnlySpan<byte> header = Peek(Offset, CommittedLogFormat.RecordHeaderBytes);
        if (header.Length < CommittedLogFormat.RecordHeaderBytes
            || !CommittedLogFormat.TryReadBodyBytes(header, out int bodyBytes))
        {
            return default;
        }

        int recordBytes = CommittedLogFormat.RecordBytes(bodyBytes);
        ReadOnlySpan<byte> record = Peek(Offset, recordBytes);
        return record.Length == recordBytes
            && CommittedLogFormat.TryDecodeRecord(record, Offset, _headerCrc, out type, out body)
            ? record
            : default;
    }

    /// <summary>The bytes at the offset; fewer at the end of the file.</summary>
    private ReadOnlySpan<byte> Peek(long offset, int count)
    {
        int at = (int)(offset - _bufferOffset);
        if (_bufferBytes - at < count && _bufferOffset + _bufferBytes < FileBytes)
        {
            Refill(offset, count);
            at = 0;
        }

        return _buffer.AsSpan(at, Math.Min(count, _bufferBytes - at));
    }

    private void Refill(long offset, int count)
    {
        Invariant.That(offset >= _bufferOffset && offset <= _bufferOffset + _bufferBytes, "a log is read forward");
        int kept = (int)(_bufferOffset + _bufferBytes - offset);
        byte[] target = _buffer.Length >= count
            ? _buffer
            : ArrayPool<byte>.Shared.Rent(Math.Max(count, StepBytes));
        _buffer.AsSpan(_bufferBytes - kept, kept).CopyTo(target);
        if (!ReferenceEquals(target, _buffer))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _bufferOffset = offset;
        _bufferBytes = kept + _file.Read(offset + kept, _buffer.AsSpan(kept));
    }
}
