// The files of a spool: batches on disk, in order, until the server has them.
//
//   LOCK                held while it is open
//   offset              "<sequence minus ticket> <crc>": how the frames' tickets become the producer's sequences
//   <ticket>.spool      frames; named after the first ticket in it, 16 hexadecimal digits. The last file is never
//                       deleted: its name is how the count survives when all is delivered.
//   <ticket>.torn       what was cut off the end after a crash: nobody had been told that it is safe
//
// One writer (SpoolSource's loop), one reader (the sender's loop), each at a place of its own; `files` has a lock.

using System.Globalization;
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Client;

internal sealed partial class Spool : IDisposable
{
    private const int FileBytesMax = 16 * 1024 * 1024;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory;
    private readonly long _bytesMax;
    private readonly FileStream _lease;

    // Protects the list and the sum: the writer adds, deliveries remove.
    private readonly Lock _gate = new();
    private readonly List<SpoolFile> _files = [];
    private SafeFileHandle _tail;
    private long _storedBytes;

    private Spool(string directory, long bytesMax, FileStream lease, List<SpoolFile> found)
    {
        _directory = directory;
        _bytesMax = bytesMax;
        _lease = lease;
        _files = found;
        Offset = ReadOffset();
        NextTicket = found.Count == 0 ? 1 : found[^1].EndTicket;
        FirstTicket = found.Count == 0 ? 1 : found[0].FirstTicket;
        _storedBytes = found.Sum(file => file.Bytes);
        _tail = found.Count == 0 ? AddFile(NextTicket) : OpenOwnFile(found[^1].Path, FileMode.Open);
    }

    /// <summary>Sequence minus ticket, as far as it was saved.</summary>
    internal long? Offset { get; }

    /// <summary>The ticket of the next record.</summary>
    internal ulong NextTicket { get; private set; }

    /// <summary>The oldest ticket in the files; it may be delivered already.</summary>
    internal ulong FirstTicket { get; }

    internal long StoredBytes
    {
        get
        {
            lock (_gate)
            {
                return _storedBytes;
            }
        }
    }

    /// <summary>Takes the directory, checks every frame, and cuts off what a crash left half written.</summary>
    internal static Spool Open(string directory, long bytesMax)
    {
        MakeDirectory(directory);
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(directory, "LOCK"), LockOptions());
        }
        catch (IOException error)
        {
            throw new IOException(
                $"the spool {directory} is in use by another appender; each needs a directory of its own", error);
        }

        try
        {
            return new Spool(directory, bytesMax, held, SpoolRecovery.Run(directory));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether a frame of this size has room. A spool that holds nothing but it always has.</summary>
    internal bool HasRoom(int frameBytes)
    {
        lock (_gate)
        {
            return _storedBytes + frameBytes <= _bytesMax || _storedBytes == 0;
        }
    }

    /// <summary>Writes a frame behind the others. It is safe after <see cref="Sync"/>.</summary>
    internal void Append(ReadOnlyMemory<byte> frame, int count)
    {
        SpoolFile file = Last();
        if (file.Bytes > 0 && file.Bytes + frame.Length > Math.Min(FileBytesMax, Math.Max(_bytesMax / 4, 1)))
        {
            SafeFileHandle full = _tail;
            _tail = AddFile(NextTicket);
            full.Dispose();
            file = Last();
        }

        // A crash in here leaves a torn frame, which the next start cuts off. Nobody was told that it is safe.
        RandomAccess.Write(_tail, frame.Span, file.Bytes);
        lock (_gate)
        {
            file.Bytes += frame.Length;
            file.EndTicket += (ulong)count;
            _storedBytes += frame.Length;
        }

        NextTicket += (ulong)count;
    }

    /// <summary>Everything that was appended is on the disk when this returns.</summary>
    internal void Sync() => FileSync.File(_tail, Last().Path);

    /// <summary>Takes back the bytes of a frame that did not fit on the disk.</summary>
    internal void CutTail() => RandomAccess.SetLength(_tail, Last().Bytes);

    /// <summary>Begins another file when the server has all of the last one: on a full disk that is what gives it its
    /// room back. Called by the writer.</summary>
    internal void LetGo(ulong delivered)
    {
        if (Last().Bytes == 0 || delivered + 1 < NextTicket)
        {
            return;
        }

        SafeFileHandle full = _tail;
        _tail = AddFile(NextTicket);

        // The reader may have it open, and would hold its space. A crash in here leaves frames that the server has.
        RandomAccess.SetLength(full, 0);
        full.Dispose();
        Delivered(delivered);
    }

    /// <summary>The server has everything up to this ticket: files that hold nothing else go.</summary>
    internal void Delivered(ulong ticket)
    {
        while (true)
        {
            SpoolFile first;
            lock (_gate)
            {
                first = _files[0];
                if (_files.Count == 1 || first.EndTicket > ticket + 1)
                {
                    return;
                }

                _files.RemoveAt(0);
                _storedBytes -= first.Bytes;
            }

            File.Delete(first.Path);
        }
    }

    /// <summary>Saves how tickets become sequences; called before the first frame is sent with it.</summary>
    internal void SaveOffset(long offset)
    {
        string text = offset.ToString(CultureInfo.InvariantCulture);
        string line = $"{text} {Crc32C.Compute(System.Text.Encoding.ASCII.GetBytes(text)):x8}\n";
        AtomicFile.Replace(
            new SystemFiles(OwnFile), Path.Combine(_directory, "offset"), System.Text.Encoding.ASCII.GetBytes(line));
    }

    public void Dispose()
    {
        _tail.Dispose();
        _lease.Dispose();
    }

    internal static SafeFileHandle OpenFile(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The same for a file with records in it: only its owner may read it.</summary>
    internal static SafeFileHandle OpenOwnFile(string path, FileMode mode)
    {
        SafeFileHandle file = OpenFile(path, mode);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, OwnFile);
        }

        return file;
    }

    // Records are as secret as what the application does. Who can write here could also take them away.
    private static void MakeDirectory(string directory)
    {
        DurableDirectory.Create(directory, OwnFile | UnixFileMode.UserExecute);
        if (!OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(directory) & UnixFileMode.OtherWrite) != UnixFileMode.None)
        {
            throw new IOException($"everybody can write into the spool {directory}; chmod 700, or name another one");
        }
    }

    private static FileStreamOptions LockOptions()
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFile;
        }

        return options;
    }

    private SpoolFile Last()
    {
        lock (_gate)
        {
            return _files[^1];
        }
    }

    private SafeFileHandle AddFile(ulong ticket)
    {
        string path = Path.Combine(_directory, $"{ticket:x16}.spool");
        SafeFileHandle handle = OpenOwnFile(path, FileMode.OpenOrCreate);
        RandomAccess.SetLength(handle, 0);
        FileSync.Directory(_directory);
        lock (_gate)
        {
            _files.Add(new SpoolFile(path, ticket) { EndTicket = ticket });
        }

        return handle;
    }

    private long? ReadOffset()
    {
        string path = Path.Combine(_directory, "offset");
        if (!File.Exists(path))
        {
            return null;
        }

        string[] parts = File.ReadAllText(path).TrimEnd('\n').Split(' ');
        return parts.Length == 2
            && parts[1] == $"{Crc32C.Compute(System.Text.Encoding.ASCII.GetBytes(parts[0])):x8}"
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long offset)
            ? offset
            : throw new InvalidDataException(
                $"{path} is damaged; without it records could be stored twice. If nothing in the spool was ever sent, "
                + "delete it");
    }
}

/// <summary>One file of the spool.</summary>
internal sealed class SpoolFile(string path, ulong firstTicket)
{
    internal string Path { get; } = path;

    internal ulong FirstTicket { get; } = firstTicket;

    /// <summary>The ticket behind its last one.</summary>
    internal ulong EndTicket { get; set; }

    internal long Bytes { get; set; }
}
