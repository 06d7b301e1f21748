// The one way a file is replaced: written anew beside the old one, synced, renamed over it, and the name synced too.
// Blocking calls; any thread, but one at a time for a path.
//
//   delete  <path>.new      a crash left it: nobody has ever seen it under its name
//   create  <path>.new      and write all of it
//   sync    <path>.new      or the new name could be durable before the bytes: an empty file after a power cut
//   rename  to <path>       from here on readers see the new one
//   sync    the directory   or the old one could come back
//
// A crash at any step leaves the old file or the new one, whole, and perhaps <path>.new, which the next replacement
// deletes. A failure of the last sync leaves open which of the two is there after a power cut.

namespace LedgerStore.Durable;

/// <summary>Replaces a file, so that a crash leaves the old one or the new one.</summary>
internal static class AtomicFile
{
    /// <summary>The name under which the new file is written.</summary>
    public static string TemporaryOf(string path) => path + ".new";

    /// <summary>Replaces it. What <paramref name="write"/> wrote is durable under its name when this returns.</summary>
    public static void Replace<TFile>(IReplaceFiles<TFile> files, string path, Action<TFile> write)
        where TFile : IDisposable
    {
        string temporary = TemporaryOf(path);
        if (files.Exists(temporary))
        {
            files.Delete(temporary);
        }

        using (TFile file = files.CreateNew(temporary))
        {
            write(file);
            files.SyncFile(file);
        }

        files.Rename(temporary, path);
        files.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The same for a file that is no store's.</summary>
    /// <exception cref="IOException">It failed; a <see cref="FileSyncException"/> when it was a sync.</exception>
    public static void Replace(SystemFiles files, string path, ReadOnlyMemory<byte> content) =>
        Replace<FileStream>(files, path, file => file.Write(content.Span));
}
