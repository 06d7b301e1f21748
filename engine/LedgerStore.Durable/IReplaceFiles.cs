// What a file system must be able to do so that AtomicFile can replace a file on it. Two implementations: the engine's
// IFileSystem (and with it the tests' simulated one, which sees each step), and SystemFiles for everybody else.

namespace LedgerStore.Durable;

/// <summary>The steps of a replacement.</summary>
/// <typeparam name="TFile">An open file.</typeparam>
/// <remarks>
/// What is created, renamed or deleted is visible at once, and durable only after <see cref="SyncDirectory"/> of the
/// directory that holds the entry: a power cut before may keep or lose each entry, in any combination.
/// </remarks>
internal interface IReplaceFiles<TFile>
    where TFile : IDisposable
{
    /// <summary>Whether a file or a directory has this path.</summary>
    bool Exists(string path);

    /// <summary>Removes a file, or an empty directory. Open handles and maps stay usable.</summary>
    void Delete(string path);

    /// <summary>Creates a file that must not exist, empty.</summary>
    TFile CreateNew(string path);

    /// <summary>Makes the file's bytes and its length durable, or throws. Not its directory entry.</summary>
    void SyncFile(TFile file);

    /// <summary>Renames a file or directory; a file that has the new name is replaced atomically.</summary>
    /// <remarks>Durable after SyncDirectory of the directory (of both, when they differ: the new one first).</remarks>
    void Rename(string from, string to);

    /// <summary>Makes the entries of the directory durable (fsync). Failing is as fatal as a failed file sync.
    /// </summary>
    void SyncDirectory(string path);
}
