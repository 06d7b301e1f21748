// What the files of a spool hold after whatever happened: every frame is checked, a torn tail is cut off and kept
// aside.
// Run once, when the spool is opened.

using System.Globalization;
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Client;

internal static class SpoolRecovery
{
    /// <summary>The files in order. Damage that no crash explains is an exception: a person has to decide.</summary>
    internal static List<SpoolFile> Run(string directory)
    {
        List<SpoolFile> files = [.. Directory.GetFiles(directory, "*.spool")
            .Select(path => new SpoolFile(path, TicketOf(path)))
            .OrderBy(file => file.FirstTicket)];
        for (int i = 0; i < files.Count; i++)
        {
            if (i > 0 && files[i].FirstTicket != files[i - 1].EndTicket)
            {
                throw new InvalidDataException(
                    $"the spool has no file between {files[i - 1].Path} and {files[i].Path}; records are missing");
            }

            Check(files[i], isLast: i == files.Count - 1);
        }

        return files;
    }

    private static ulong TicketOf(string path) =>
        ulong.TryParse(
            Path.GetFileNameWithoutExtension(path), NumberStyles.AllowHexSpecifier, provider: null, out ulong ticket)
            && ticket > 0
            ? ticket
            : throw new InvalidDataException($"{path} is not named after a ticket; it does not belong into a spool");

    private static void Check(SpoolFile file, bool isLast)
    {
        using SafeFileHandle handle = Spool.OpenFile(file.Path, FileMode.Open);
        long length = RandomAccess.GetLength(handle);
        file.EndTicket = file.FirstTicket;
        byte[] header = new byte[SpoolFrame.HeaderBytes];
        while (file.Bytes < length)
        {
            int got = RandomAccess.Read(handle, header, file.Bytes);
            int size = SpoolFrame.SizeOf(header.AsSpan(0, got));
            byte[] frame = new byte[size];
            if (size == 0
                || RandomAccess.Read(handle, frame, file.Bytes) != size
                || !SpoolFrame.IsIntact(frame, file.EndTicket))
            {
                CutOrRefuse(file, handle, length, isLast);
                return;
            }

            file.Bytes += size;
            file.EndTicket += (ulong)SpoolFrame.CountOf(frame);
        }
    }

    private static void CutOrRefuse(SpoolFile file, SafeFileHandle handle, long length, bool isLast)
    {
        if (!isLast)
        {
            throw new InvalidDataException(
                $"{file.Path} is damaged at offset {file.Bytes:N0}, and later files follow: no crash does that. "
                + "Move the spool away and look for the reason");
        }

        byte[] rest = new byte[length - file.Bytes];
        _ = RandomAccess.Read(handle, rest, file.Bytes);
        using (SafeFileHandle torn = Spool.OpenOwnFile(Path.ChangeExtension(file.Path, ".torn"), FileMode.Create))
        {
            RandomAccess.Write(torn, rest, 0);
        }

        RandomAccess.SetLength(handle, file.Bytes);
        FileSync.File(handle, file.Path);
    }
}
