// Reads and writes store.json. Written when the store is created and when a restore gives it a new incarnation.
// Called by whoever holds the store's lock.

using LedgerStore.Durable;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Journal;

/// <summary>store.json on the disk.</summary>
internal static class StoreFileAccess
{
    private const int BytesMax = 4096;

    /// <exception cref="StoreException">Corruption: what is wrong with it.</exception>
    /// <exception cref="StorageException">With IsNotFound there is no store here.</exception>
    public static StoreFile Load(IFileSystem files, StorePaths paths)
    {
        using IFile file = files.Open(paths.StoreFile, FileAccessMode.ReadOnly);
        byte[] bytes = new byte[BytesMax];
        int length = file.Read(0, bytes);
        try
        {
            return StoreFile.Decode(bytes.AsSpan(0, length));
        }
        catch (MalformedDataException damage)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"'{paths.StoreFile}': {damage.Message}. It says which store this is: restore it from a backup",
                damage);
        }
    }

    /// <summary>Replaces the file: after a crash the old one or the new one is there, whole.</summary>
    public static void Save(IFileSystem files, StorePaths paths, StoreFile content) =>
        AtomicFile.Replace(files, paths.StoreFile, file => file.Write(0, content.Encode()));
}
