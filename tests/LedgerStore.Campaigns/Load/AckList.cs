// The client's own list of what was acknowledged: a line for each batch, synced before the batch counts as
// acknowledged. One thread writes, many wait; a process that is killed in the middle of a line leaves one that is not
// read.
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace LedgerStore.Campaigns.Load;

/// <summary>A batch that was acknowledged.</summary>
/// <param name="AtMillis">When it was listed, in milliseconds of Unix time.</param>
internal readonly record struct Acknowledged(string Producer, ulong First, int Count, ulong Index, long AtMillis)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Producer} {First} {Count} {Index} {AtMillis} .");

    public static Acknowledged Parse(string line)
    {
        string[] words = line.Split(' ');
        return new Acknowledged(
            words[0], ulong.Parse(words[1]), int.Parse(words[2]), ulong.Parse(words[3]), long.Parse(words[4]));
    }
}

/// <summary>Writes the list.</summary>
internal sealed class AckList : IAsyncDisposable
{
    public const string FileName = "acknowledged";

    private readonly FileStream _file;
    private readonly BlockingCollection<(Acknowledged What, TaskCompletionSource Listed)> _waiting = [];
    private readonly Task _writing;

    private AckList(FileStream file)
    {
        _file = file;
        _writing = Task.Factory.StartNew(Write, TaskCreationOptions.LongRunning);
    }

    /// <summary>Goes on with the list of a directory, behind its last whole line.</summary>
    public static AckList Open(string directory)
    {
        FileStream opened = new(
            Path.Combine(directory, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        long end = WholeLines(opened);
        opened.SetLength(end);
        opened.Seek(end, SeekOrigin.Begin);
        return new AckList(opened);
    }

    /// <summary>Returns when the line is on the disk.</summary>
    public Task AddAsync(string producer, ulong first, int count, ulong index)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        TaskCompletionSource listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((new Acknowledged(producer, first, count, index, now), listed));
        return listed.Task;
    }

    /// <summary>The lines behind <paramref name="offset"/>, which is moved behind them.</summary>
    public static List<Acknowledged> ReadOn(string directory, ref long offset)
    {
        List<Acknowledged> lines = [];
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return lines;
        }

        using FileStream reading = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[reading.Length - offset];
        reading.Seek(offset, SeekOrigin.Begin);
        reading.ReadExactly(bytes);
        int end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        string text = Encoding.UTF8.GetString(bytes, 0, end);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            lines.Add(Acknowledged.Parse(line));
        }

        offset += end;
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.CompleteAdding();
        await _writing;
        await _file.DisposeAsync();
        _waiting.Dispose();
    }

    private void Write()
    {
        List<TaskCompletionSource> listed = [];
        while (_waiting.TryTake(out (Acknowledged What, TaskCompletionSource Listed) next, Timeout.Infinite))
        {
            StringBuilder lines = new();
            listed.Clear();
            do
            {
                lines.Append(next.What.ToString()).Append('\n');
                listed.Add(next.Listed);
            }
            while (_waiting.TryTake(out next));
            _file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
            _file.Flush(flushToDisk: true);
            foreach (TaskCompletionSource one in listed)
            {
                one.SetResult();
            }
        }
    }

    private static long WholeLines(FileStream opened)
    {
        byte[] bytes = new byte[opened.Length];
        opened.ReadExactly(bytes);
        return bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
    }
}
