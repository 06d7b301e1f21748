// The gate's part that takes checkpoints into the journal, and the one that closes a store that must not grow.
// Called by the checkpointer's thread, or by the one that opens the store.
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Pipeline;

internal sealed partial class Gate
{
    // Set once, before the first batch: the store is served for reading only.
    private StoreException? _finalRefusal;

    /// <summary>Refuses all appends for as long as the store is open.</summary>
    public void RefuseForGood(StoreException refusal)
    {
        lock (_lock)
        {
            _finalRefusal = refusal;
            FailWaiting(refusal, static _ => true);
        }
    }

    /// <summary>Puts a signed note into the next frame, also after Close: a store that closes signs its end.</summary>
    /// <returns>The frame's number: when it is durable, the note may be published. 0 when there is no room now.
    /// </returns>
    public long TryAddCheckpoint(uint ledgerId, long size, in Hash256 root, ReadOnlySpan<byte> note)
    {
        long frame;
        lock (_lock)
        {
            if (_failure is not null || !TryMakeRoomForCheckpoint(SectionHeader.StoredBytesOf(note.Length)))
            {
                return 0;
            }

            Span<byte> section = _filling!.Reserve(note.Length);
            SectionHeader.Checkpoint(ledgerId, size, root, note.Length).Write(section);
            note.CopyTo(section[SectionHeader.Bytes..]);
            frame = _filling.FrameNumber;
            Backlog.AddCheckpoint(SectionHeader.StoredBytesOf(note.Length));
        }

        _sequencerBell.Ring();
        return frame;
    }

    private bool TryMakeRoomForCheckpoint(int storedBytes) =>
        (_filling is not null && _filling.HasRoomForCheckpoint(storedBytes)) || TryBeginFrame();
}
