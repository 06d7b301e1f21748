// One journal file that is in use: its handle, its nonce, and which frames it holds.
// Written by the sequencer while it is current; after that it is immutable until it is recycled.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Journal;

/// <summary>A journal file between its preparation and its recycling.</summary>
internal sealed class JournalFile(IFile file, long number, ulong nonce) : IDisposable
{
    public IFile File { get; } = file;

    public long Number { get; } = number;

    public ulong Nonce { get; } = nonce;

    /// <summary>The last frame in it; 0 while it has none. Volatile by Interlocked: the flusher reads it.</summary>
    public long LastFrame => Interlocked.Read(ref _lastFrame);

    private long _lastFrame;

    public void NoteFrame(long number) => Interlocked.Exchange(ref _lastFrame, number);

    public void Dispose() => File.Dispose();
}
