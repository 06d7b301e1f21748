// Cuts a stream into batches of lines: what has arrived is a batch, so a line that somebody types is sent at once, and
// a file goes in blocks. Owned by one import, one thread.
using System.Buffers;
using System.Text.Json;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>The records of one batch, one after the other. Dispose it once they are stored.</summary>
internal sealed class LineBatch(byte[] records, int bytes, int[] lengths) : IDisposable
{
    public ReadOnlyMemory<byte> Records => records.AsMemory(0, bytes);

    public ReadOnlyMemory<int> Lengths => lengths;

    public void Dispose() => ArrayPool<byte>.Shared.Return(records);
}

/// <summary>Reads batches of lines.</summary>
internal sealed class LineBatches(Stream stream, bool isJson)
{
    // Small enough that a window of batches stays below 32 MiB, large enough that the calls do not count.
    private const int BufferBytes = 512 * 1024;
    private const int LinesMax = 4_096;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly List<int> _lengths = [];
    private int _start;
    private int _end;
    private bool _isEnd;

    /// <summary>Lines that were read, empty ones included.</summary>
    public long LineNumber { get; private set; }

    public long BytesRead { get; private set; }

    /// <summary>The next lines; null at the end. Empty lines are no records.</summary>
    /// <param name="skip">How many records to leave out; what is left of them is in the result.</param>
    public async ValueTask<(LineBatch? Batch, ulong Skip)> NextAsync(ulong skip, CancellationToken cancellation)
    {
        while (true)
        {
            byte[] records = ArrayPool<byte>.Shared.Rent(Math.Max(1, _end - _start));
            _lengths.Clear();
            int bytes = Take(records, ref skip);
            if (_lengths.Count > 0)
            {
                return (new LineBatch(records, bytes, [.. _lengths]), skip);
            }

            ArrayPool<byte>.Shared.Return(records);
            if (_isEnd && _start == _end)
            {
                return (null, skip);
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false) && _start == _end)
            {
                return (null, skip);
            }
        }
    }

    private int Take(byte[] records, ref ulong skip)
    {
        int bytes = 0;
        while (_lengths.Count < LinesMax)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0 && (!_isEnd || _start == _end))
            {
                break;
            }

            int next = length < 0 ? _end : _start + length + 1;
            ReadOnlySpan<byte> line = Trim(_buffer.AsSpan(_start, length < 0 ? _end - _start : length));
            _start = next;
            LineNumber++;
            if (line.IsEmpty)
            {
                continue;
            }

            if (skip > 0)
            {
                skip--;
                continue;
            }

            Check(line);
            line.CopyTo(records.AsSpan(bytes));
            bytes += line.Length;
            _lengths.Add(line.Length);
        }

        return bytes;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) =>
        line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;

    private void Check(ReadOnlySpan<byte> line)
    {
        if (line.Length > Appender.RecordBytesMax)
        {
            throw new UsageException(
                $"line {LineNumber:N0} has {line.Length:N0} bytes, more than the limit of "
                + $"{Appender.RecordBytesMax:N0}",
                "store the object elsewhere, and append its SHA-256");
        }

        if (!isJson)
        {
            return;
        }

        try
        {
            Utf8JsonReader json = new(line);
            while (json.Read())
            {
            }
        }
        catch (JsonException error)
        {
            throw new UsageException(
                $"line {LineNumber:N0} is not JSON: {error.Message}", "without --ndjson any line is a record");
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            throw new UsageException(
                $"line {LineNumber + 1:N0} has more than the limit of {Appender.RecordBytesMax:N0} bytes",
                "store the object elsewhere, and append its SHA-256");
        }

        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += read;
        BytesRead += read;
        _isEnd = read == 0;
        return read > 0;
    }
}
