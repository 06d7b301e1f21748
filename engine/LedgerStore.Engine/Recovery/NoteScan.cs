// Looks for signed checkpoints in the raw bytes of files: of journal files that are flushed, recycled or spare, behind
// the end of a file, in what was put aside. No frame, checksum or first page is believed: the signature decides, and
// whoever asks checks it. Used by one thread.
using System.Text;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Recovery;

/// <summary>Bytes that look like a signed checkpoint, and the file they are in.</summary>
internal readonly record struct FoundNote(CheckpointRecord Record, string File);

/// <summary>Finds notes of the logs that are asked for, and keeps the largest ones of each.</summary>
/// <param name="origins">Notes of other logs are not looked at.</param>
/// <param name="bytesMax">At most so much is read, of all files together.</param>
internal sealed class NoteScan(IFileSystem files, IReadOnlySet<string> origins, long bytesMax)
{
    /// <summary>Notes that are kept of one log: many, because forged ones that claim more must not take the place of
    /// the true one, and few, because each may cost one check of a signature.</summary>
    public const int KeptMax = 64;

    /// <summary>Notes of one log that whoever asks need check: there may be several of a size.</summary>
    public const int ChecksMax = 4 * KeptMax;

    // Three lines, and the signatures of a log and its witnesses, many times over.
    private const int NoteBytesMax = 16 * 1024;
    private const int WindowBytes = 1024 * 1024;

    // Four times a journal file. What is larger was put there, and is not to take the time that the others need.
    private const long FileBytesMax = 256L << 20;
    private const int RootChars = 44;
    private const int SizeDigitsMax = 19;

    private readonly Dictionary<string, SortedDictionary<long, List<FoundNote>>> _found =
        new(StringComparer.Ordinal);
    private byte[] _window = [];
    private long _left = bytesMax;

    /// <summary>Between the text of a note and its signatures.</summary>
    private static ReadOnlySpan<byte> Blank => "\n\n\u2014 "u8;

    /// <summary>Bytes that were read.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>What was found of a log, the largest size first.</summary>
    public IEnumerable<FoundNote> Of(string origin) =>
        _found.TryGetValue(origin, out var bySize) ? bySize.Values.Reverse().SelectMany(static same => same) : [];

    /// <summary>Reads every file of the directory, the newest first. One that is not there, or cannot be read, says
    /// nothing: whoever can take a file away can do without this.</summary>
    public void ReadDirectory(string directory)
    {
        IEnumerable<string> names = List(directory);
        foreach (string name in names.OrderByDescending(NumberOf, StringComparer.Ordinal))
        {
            ReadFile($"{directory}/{name}");
        }
    }

    /// <summary>Reads one file to its end, or as far as is allowed.</summary>
    public void ReadFile(string path)
    {
        try
        {
            if (!files.Exists(path))
            {
                return;
            }

            using IFile file = files.Open(path, FileAccessMode.ReadOnly);
            Read(file, path);
        }
        catch (StorageException)
        {
            // No regular file, or one that the disk does not give back.
        }
    }

    private IReadOnlyList<string> List(string directory)
    {
        try
        {
            return files.Exists(directory) ? files.List(directory) : [];
        }
        catch (StorageException)
        {
            return [];
        }
    }

    // A spare keeps the number it had, behind a prefix.
    private static string NumberOf(string name) => name[(name.LastIndexOf('-') + 1)..];

    private void Read(IFile file, string path)
    {
        int kept = 0;
        long offset = 0;
        long wanted = Math.Clamp(file.Length + 1, 4 * NoteBytesMax, WindowBytes);
        if (_window.Length < wanted)
        {
            _window = new byte[wanted];
        }

        for (bool isLast = false; !isLast;)
        {
            int read = Math.Min(_left, FileBytesMax - offset) > 0 ? file.Read(offset, _window.AsSpan(kept)) : 0;
            offset += read;
            _left -= read;
            ReadBytes += read;
            ReadOnlySpan<byte> window = _window.AsSpan(0, kept + read);
            isLast = window.Length < _window.Length;

            // A note that the window cuts is whole in the next one.
            kept = Search(window, isLast, path);
            window[^kept..].CopyTo(_window);
        }
    }

    /// <summary>Takes what is whole in the window.</summary>
    /// <returns>Bytes at its end that are to be looked at again, with what follows them.</returns>
    private int Search(ReadOnlySpan<byte> window, bool isLast, string path)
    {
        int from = 0;
        while (window[from..].IndexOf(Blank) is >= 0 and int found)
        {
            int at = from + found;
            if (!isLast && at + NoteBytesMax > window.Length)
            {
                return Math.Min(window.Length, window.Length - at + NoteBytesMax);
            }

            TryTake(window, at, path);
            from = at + 1;
        }

        return Math.Min(window.Length - from, NoteBytesMax);
    }

    /// <param name="blank">Where the last line of the text ends.</param>
    private void TryTake(ReadOnlySpan<byte> window, int blank, string path)
    {
        ReadOnlySpan<byte> name = window[(blank + Blank.Length)..];
        int nameBytes = name[..Math.Min(name.Length, Checkpoint.OriginBytesMax + 1)].IndexOf((byte)' ');
        int rootAt = blank - RootChars;
        if (nameBytes <= 0 || rootAt < 1 || window[rootAt - 1] != '\n')
        {
            return;
        }

        int sizeEnd = rootAt - 1;
        int before = Math.Max(0, sizeEnd - SizeDigitsMax - 1);
        int sizeAt = before + window[before..sizeEnd].LastIndexOf((byte)'\n') + 1;
        int start = sizeAt - 1 - nameBytes;
        if (sizeAt == before
            || sizeAt == sizeEnd
            || start < 0
            || !window.Slice(start, nameBytes).SequenceEqual(name[..nameBytes]))
        {
            return;
        }

        string origin = Encoding.UTF8.GetString(name[..nameBytes]);
        if (origins.Contains(origin))
        {
            Parse(origin, window[start..(blank + 2 + SignatureBytes(window[(blank + 2)..]))], path);
        }
    }

    /// <summary>The lines that begin as signatures do.</summary>
    private static int SignatureBytes(ReadOnlySpan<byte> lines)
    {
        int bytes = 0;
        while (lines[bytes..].StartsWith(Blank[2..]))
        {
            int line = lines[bytes..Math.Min(lines.Length, NoteBytesMax)].IndexOf((byte)'\n');
            if (line < 0)
            {
                break;
            }

            bytes += line + 1;
        }

        return bytes;
    }

    private void Parse(string origin, ReadOnlySpan<byte> note, string path)
    {
        try
        {
            Checkpoint checkpoint = Checkpoint.Parse(SignedNote.Parse(note).Text);
            CheckpointRecord record = new((long)checkpoint.Size, checkpoint.Root, note.ToArray());
            Keep(origin, new FoundNote(record, path));
        }
        catch (MalformedDataException)
        {
            // It only looked like one.
        }
    }

    private void Keep(string origin, in FoundNote note)
    {
        if (!_found.TryGetValue(origin, out var bySize))
        {
            _found.Add(origin, bySize = []);
        }

        if (!bySize.TryGetValue(note.Record.Size, out List<FoundNote>? same))
        {
            bySize.Add(note.Record.Size, same = []);
        }

        // Of one size there is one true root; a forged note that comes first must not hide the one that was signed.
        ReadOnlySpan<byte> bytes = note.Record.Note;
        foreach (FoundNote other in same)
        {
            if (bytes.SequenceEqual(other.Record.Note))
            {
                return;
            }
        }

        if (same.Count < KeptMax)
        {
            same.Add(note);
        }

        if (bySize.Count > KeptMax)
        {
            bySize.Remove(bySize.Keys.First());
        }
    }
}
