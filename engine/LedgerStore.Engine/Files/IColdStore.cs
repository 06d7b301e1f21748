// Where the payload of cold segments is: a directory on another volume, or a bucket. The contract between the engine
// and those who keep the bytes. The tiering thread writes and deletes, any thread reads.

namespace LedgerStore.Engine;

/// <summary>A place for files that are written once, read in parts, and deleted.</summary>
/// <remarks>
/// Names are of letters, digits, hyphens, dots and slashes. The engine checks every byte that it reads against hashes
/// that stay local: an implementation need not. Every failure is a <see cref="ColdStoreException"/>.
/// </remarks>
public interface IColdStore
{
    /// <summary>For messages: where it is.</summary>
    string Description { get; }

    /// <summary>Finds out whether the place can be used: reachable, writable, and honest about
    /// <see cref="PutIfAbsentAsync"/>. Called when the store is opened.</summary>
    /// <exception cref="ColdStoreException">Away: ask again later. Refused: it can never be used.</exception>
    ValueTask ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Stores a file under a name that nobody has. When the call ends, the file is durable and whole: a name
    /// with half of a file is never seen.</summary>
    /// <param name="file">Can be read from the start more than once; its length is known.</param>
    /// <param name="keepUntil">Where the place can promise it, the file cannot be deleted before; null: no
    /// promise.</param>
    /// <returns>False when the name is taken; what is there stays as it is.</returns>
    ValueTask<bool> PutIfAbsentAsync(
        string name, Stream file, DateTimeOffset? keepUntil, CancellationToken cancellationToken);

    /// <summary>Reads a part of a file with one request.</summary>
    /// <returns>The bytes: fewer than were asked for only where the file ends.</returns>
    /// <exception cref="ColdStoreException">Missing: there is no such file. Away: ask again later.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        string name, long offset, int length, CancellationToken cancellationToken);

    /// <summary>Sees to it that the store itself lets nobody delete the file before a time, if it can do that. A
    /// retention that the file has is never shortened.</summary>
    /// <returns>True when the file has a longer retention now; false when it had it, or the store has no such
    /// thing.</returns>
    /// <exception cref="ColdStoreException">It failed; it may have been done.</exception>
    ValueTask<bool> KeepUntilAsync(string name, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Deletes a file, for good.</summary>
    /// <returns>False when there is none.</returns>
    ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What went wrong at a cold store.</summary>
public enum ColdStoreFailure
{
    /// <summary>It cannot be reached, or has an error of its own: ask again later.</summary>
    Away,

    /// <summary>It has no file of that name.</summary>
    Missing,

    /// <summary>It has no space.</summary>
    Full,

    /// <summary>It does not do what is needed, or forbids it: asking again does not help.</summary>
    Refused,
}

/// <summary>A cold store did not do what was asked.</summary>
public sealed class ColdStoreException : IOException
{
    public ColdStoreException(ColdStoreFailure failure, string message)
        : base(message) => Failure = failure;

    public ColdStoreException(ColdStoreFailure failure, string message, Exception cause)
        : base(message, cause) => Failure = failure;

    public ColdStoreFailure Failure { get; }
}
