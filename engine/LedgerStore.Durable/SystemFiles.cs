// The steps of a replacement on the real file system, for files that are no store's: keys, certificates, what a client
// remembers. On Windows too, which has no file modes and keeps its names in a journal of its own. Immutable.

namespace LedgerStore.Durable;

/// <summary>Files with the framework's calls, and syncs with ours.</summary>
/// <param name="mode">Who may do what with a new file, whatever the umask is; null: as the umask says.</param>
internal sealed class SystemFiles(UnixFileMode? mode) : IReplaceFiles<FileStream>
{
    public bool Exists(string path) => Path.Exists(path);

    public void Delete(string path) => File.Delete(path);

    public FileStream CreateNew(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (OperatingSystem.IsWindows() || mode is not { } wanted)
        {
            return new FileStream(path, options);
        }

        // Never open to more people than it will be, not for a moment; then just as open as it should be.
        options.UnixCreateMode = wanted;
        FileStream file = new(path, options);
        File.SetUnixFileMode(file.SafeFileHandle, wanted);
        return file;
    }

    public void SyncFile(FileStream file) => FileSync.File(file.SafeFileHandle, file.Name);

#pragma warning disable RS0030 // One step of AtomicFile, which does the others before and after it.
    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);
#pragma warning restore RS0030

    public void SyncDirectory(string path) => FileSync.Directory(path);
}
