// Makes bundles of frames: copies entries to their ledgers, hashes and compresses them while the disk still works on
// the frame, and writes full blocks once Durable covers them.
// Runs on its own thread. Nothing else changes the tails, the trees or the open segments.
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>The second half of an append, which nobody waits for.</summary>
internal sealed partial class Bundler(
    Gate gate,
    OpenLedgers ledgers,
    BundleWorkers workers,
    DiskSpace disk,
    EngineMeter meter,
    Doorbell bell,
    long lastFrame)
{
    // Below it a bundle gets all its memory with its first entry; above it, it grows.
    private const long RoomyBytes = 128L * 1024 * 1024;

    // Sealed buffers, in order; bounded by the number of buffers there are. Offered by the sequencer's thread.
    private readonly ConcurrentQueue<AppendBuffer> _offered = new();

    // Of one frame: the bundles that grew in it, and which bytes of it each run of entries was copied from.
    private readonly List<OpenBundle> _grown = [];
    private readonly List<CopiedRun> _runs = [];

    /// <summary>Frames whose entries are copied, hashed and checked.</summary>
    public long ProcessedFrame { get; private set; } = lastFrame;

    /// <summary>Passes on one share of a sealed buffer. The sequencer calls it.</summary>
    public void Offer(AppendBuffer buffer)
    {
        _offered.Enqueue(buffer);
        bell.Ring();
    }

    /// <summary>Some Durable watermarks have moved: blocks that wait for them may be written. Any thread.</summary>
    public void NoteDurable() => bell.Ring();

    /// <summary>Does one piece of work.</summary>
    /// <returns>Whether there was any. False too while blocks wait for the disk: ring to try again.</returns>
    public bool RunOnce()
    {
        StageMark stage = StageClock.Start();
        bool worked = WriteDurable();
        StageClock.End(Stage.Store, stage);
        if (DueTicket() is { } ticket)
        {
            // A flush writes partial blocks of what is durable: it waits, and keeps the next frame waiting, until the
            // last frame that was taken is.
            if (gate.DurableFrame.Value < ProcessedFrame)
            {
                return worked;
            }

            worked |= AnswerFlush(ticket);
        }

        if (!_offered.TryDequeue(out AppendBuffer? buffer))
        {
            return worked;
        }

        Process(buffer.Body, buffer.BodyCrc, buffer.FileNumber);
        ProcessedFrame = buffer.FrameNumber;
        if (buffer.Release())
        {
            gate.GiveBack(buffer);
        }

        return true;
    }

    /// <summary>Takes over one frame's body. Recovery calls it for every frame that it replays.</summary>
    /// <param name="crc">The checksum of the body as it is on the disk, or on its way there.</param>
    public void Process(ReadOnlySpan<byte> body, uint crc, long fileNumber)
    {
        long started = EngineMeter.Now();
        StageMark stage = StageClock.Start();
        _grown.Clear();
        _runs.Clear();
        for (int offset = 0; offset < body.Length;)
        {
            Invariant.That(
                SectionHeader.TryRead(body[offset..], out SectionHeader header), "a frame holds whole sections");
            int content = offset + SectionHeader.Bytes;
            OpenLedger ledger = ledgers.Get(header.LedgerId);
            Touch(ledger, fileNumber);
            ReadOnlySpan<byte> bytes = body.Slice(content, header.ContentBytes);
            if (header.Type == SectionType.Append)
            {
                Copy(ledger, header, bytes, content);
            }
            else
            {
                // The journal file may go only when the ledger's state.log has it.
                ledger.Checkpoints.NoteJournaled(
                    new CheckpointRecord(header.FirstIndex, header.Root, bytes.ToArray()));
            }

            offset += header.StoredBytes;
        }

        StageClock.End(Stage.Unpack, stage);
        workers.Run(_grown);
        stage = StageClock.Start();
        CheckCopies(body, crc);
        StageClock.End(Stage.Check, stage);
        Publish();
        meter.Bundled(started, body.Length);
    }

    private void Copy(OpenLedger ledger, in SectionHeader header, ReadOnlySpan<byte> entries, int bodyOffset)
    {
        BundleTail tail = ledger.Tail;
        Invariant.That(header.FirstIndex == tail.Size, "a ledger's sections follow each other without a gap");
        if (tail.IsResting)
        {
            OpenBundle read = ledger.ReadBack();
            gate.Backlog.Unsettle(read);
            Volatile.Write(ref ledger.RestingBytes, 0);
            tail.Wake(read);
        }

        bool isMemoryFree = HeldBytes < RoomyBytes;
        for (int taken = 0; taken < entries.Length;)
        {
            OpenBundle bundle = tail.Filling(ledger, isMemoryFree);
            int from = bundle.Bytes;
            int bytes = tail.Append(entries[taken..], header.ReceivedMicros);
            if (!bundle.IsListed)
            {
                bundle.IsListed = true;
                _grown.Add(bundle);
            }

            _runs.Add(new CopiedRun(bundle, from, bodyOffset + taken, bytes));
            taken += bytes;
        }

        Invariant.That(tail.Size == header.FirstIndex + header.Count, "a section holds as many entries as it says");
    }

    /// <summary>Compares what was hashed with the frame, and the frame with its checksum, after the hashing.</summary>
    /// <remarks>A bit that flips in memory, in either copy, must not get a signature: it stops the store.</remarks>
    private void CheckCopies(ReadOnlySpan<byte> body, uint crc)
    {
        foreach (ref readonly CopiedRun run in CollectionsMarshal.AsSpan(_runs))
        {
            ReadOnlySpan<byte> copy = run.Bundle.Span.Slice(run.BundleOffset, run.Bytes);
            Invariant.That(
                copy.SequenceEqual(body.Slice(run.BodyOffset, run.Bytes)), "memory keeps what was written to it");
        }

        Invariant.That(Crc32C.Compute(body) == crc, "memory keeps what was written to it");
    }

    private void Publish()
    {
        foreach (OpenBundle bundle in _grown)
        {
            bundle.IsListed = false;
            OpenLedger ledger = bundle.Ledger;
            Hold(bundle.HeldBytes - bundle.AccountedBytes);
            bundle.AccountedBytes = bundle.HeldBytes;
            if (bundle.IsFull)
            {
                ledger.Tail.CloseFull();
                ExpectWrite(ledger);
            }

            ledger.Readable.AdvanceTo(ledger.Tail.Size);
            ledgers.NoteGrown(ledger);
        }
    }

    /// <summary>Bytes that were copied from the frame's body into a bundle.</summary>
    private readonly record struct CopiedRun(OpenBundle Bundle, int BundleOffset, int BodyOffset, int Bytes);
}
