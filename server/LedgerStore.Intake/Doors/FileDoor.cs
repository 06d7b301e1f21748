// A file that another program appends lines to, such as the audit file of Vault. What is read is known by its place in
// the file, so that reading it twice stores it once; the place is written down when what lies before it is durable. A
// file that was moved away is read to its end first. One loop of its own.
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Intake.Doors;

internal sealed class FileDoor : IDoor
{
    private const int ReadBytes = 256 * 1024;

    // Looks at a file that was moved away and has nothing new: whoever writes it may not have opened the next one yet.
    private const int LastLooks = 8;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly string _file;
    private readonly string _place;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private volatile ServedSource _source;
    private Task _reading = Task.CompletedTask;

    /// <param name="place">Where the place in the file is written down.</param>
    public FileDoor(ServedSource source, string place, TimeProvider time)
    {
        _source = source;
        _file = source.Config.File;
        _place = place;
        _time = time;
    }

    public Uri Address => new("file://" + _file);

    public Task StartAsync()
    {
        FilePlace place = FilePlace.Read(_place);
        _reading = Task.Run(() => ReadAsync(place));
        return Task.CompletedTask;
    }

    public void Exchange(IReadOnlyList<ServedSource> sources, SenderTrust? trust) => _source = sources[0];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(FilePlace place)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (File.Exists(_file))
                {
                    using SafeFileHandle file = Open();
                    place = await ReadToTheEndAsync(file, place.In(file)).ConfigureAwait(false);
                    continue;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It may not be there yet, or not readable: it is looked for again.
                _source.Pipeline.Counters.AddBroken();
            }

            await Task.Delay(s_pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads until another file stands at the path, and this one has nothing more; or until it is
    /// stopped.</summary>
    private async Task<FilePlace> ReadToTheEndAsync(SafeFileHandle file, FilePlace place)
    {
        byte[] buffer = new byte[ReadBytes];
        int looks = 0;
        place.Write(_place);
        while (!_stop.IsCancellationRequested)
        {
            if (RandomAccess.GetLength(file) < place.Offset)
            {
                // It was cut and is written anew: copytruncate of logrotate.
                place = FilePlace.Start;
                place.Write(_place);
            }

            int read = RandomAccess.Read(file, buffer, place.Offset);
            int end = buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
            if (end == 0 && read == buffer.Length && read < IntakeLimits.LineBytes)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
                continue;
            }

            bool isOver = end == 0 && !place.IsSame(_file) && ++looks >= LastLooks;
            if (end == 0 && (isOver || read == buffer.Length))
            {
                // A line that never ends, or the last one of a file that is gone: what there is, is taken.
                end = read;
            }

            if (end > 0)
            {
                if (!await DeliverAsync(place, buffer.AsMemory(0, end)).ConfigureAwait(false))
                {
                    return place;
                }

                place = place.Behind(end, file);
                place.Write(_place);
                looks = 0;
            }
            else if (isOver)
            {
                return FilePlace.Start;
            }
            else
            {
                await Task.Delay(s_pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return place;
    }

    private Task<bool> DeliverAsync(FilePlace place, ReadOnlyMemory<byte> lines)
    {
        List<ParsedEvent> events = [];
        for (int at = 0; at < lines.Length;)
        {
            int newline = lines.Span[at..].IndexOf((byte)'\n');
            int length = newline < 0 ? lines.Length - at : newline;
            ReadOnlyMemory<byte> line = lines.Slice(at, length);
            if (!JsonScan.IsBlank(line.Span))
            {
                events.Add(Parse(line) with { Id = place.NameOf(at) });
            }

            at += length + 1;
        }

        return _source.Pipeline.DeliverAllAsync(
            new Provenance("file", Path.GetFileName(_file), _time.GetUtcNow()), events);
    }

    // A line of JSON is an event of JSON; any other is text.
    private static ParsedEvent Parse(ReadOnlyMemory<byte> line) =>
        JsonEvents.Parse(line, isLines: true) is [{ Opaque: null } only] ? only : ParsedEvent.TextOrBytes(line);

    private SafeFileHandle Open() =>
        File.OpenHandle(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
