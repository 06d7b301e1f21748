// Takes full buffers from the gate and makes them durable, one at a time.
// Runs on its own thread. Nothing else writes to the journal or advances a Durable watermark.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Pipeline;

/// <summary>One group commit after the other: write, sync, then acknowledge.</summary>
internal sealed class Sequencer(
    Gate gate, JournalWriter journal, Poison poison, Bundler bundler, DiskSpace disk, EngineMeter meter)
{
    private readonly byte[] _idlePage = new byte[FrameHeader.Alignment];

    // The frame that found the disk full: it is tried again before any other.
    private AppendBuffer? _held;
    private bool _isIdleMarked = true;

    /// <summary>A frame waits for space on the disk.</summary>
    public bool IsHolding => _held is not null;

    /// <summary>Makes one frame durable.</summary>
    /// <returns>Whether there was one. False too while the disk is full: ring to try again.</returns>
    public bool RunOnce()
    {
        if ((_held ?? gate.Take()) is not { } buffer)
        {
            MarkIdle();
            return false;
        }

        bool isNew = _held is null;
        _held = buffer;
        Span<byte> frame = buffer.Frame();
        if (isNew)
        {
            Begin(buffer, frame);
        }

        long started = EngineMeter.Now();
        StageMark stage = StageClock.Start();
        if (!TryWrite(frame))
        {
            return false;
        }

        stage = StageClock.End(Stage.Write, stage);

        // A crash before the sync leaves a torn frame, which recovery cuts. A crash after it leaves a durable frame
        // nobody was told about, which is fine: the producer asks again with the same sequence.
        journal.Sync(buffer.FrameNumber, frame.Length);
        stage = StageClock.End(Stage.Sync, stage);

        // Another thread's sync may have failed meanwhile: from then on nothing is acknowledged.
        poison.ThrowIfSet();
        _held = null;
        _isIdleMarked = false;
        Acknowledge(buffer);
        StageClock.End(Stage.Acknowledge, stage);
        meter.Committed(started, buffer.Entries, frame.Length);
        Release(buffer);
        return true;
    }

    /// <summary>Writes and syncs an empty frame: the journal's first word after a recovery, or its last one.</summary>
    /// <remarks>While nothing else is under way: before the thread runs, or after it was joined.</remarks>
    public void WriteMarker(FrameKind kind)
    {
        AppendBuffer buffer = gate.TakeEmpty();
        Span<byte> frame = buffer.Frame();
        journal.Place(frame.Length);
        journal.Seal(frame, buffer.FrameNumber, bodyBytes: 0, sections: 0, newestMicros: 0, kind);
        journal.Write(frame);
        journal.Sync(buffer.FrameNumber, frame.Length);
        gate.DurableFrame.AdvanceTo(buffer.FrameNumber);
        gate.GiveBack(buffer);
    }

    /// <summary>The store is poisoned: whoever waits for the held frame learns that its fate is unknown.</summary>
    public void FailHeld(Exception cause)
    {
        if (_held is not null)
        {
            Gate.FailOperations(_held, cause);
        }
    }

    private void Begin(AppendBuffer buffer, Span<byte> frame)
    {
        buffer.FileNumber = journal.Place(frame.Length).Number;
        StageMark started = StageClock.Start();
        buffer.BodyCrc = journal.Seal(
            frame, buffer.FrameNumber, buffer.BodyBytes, buffer.Sections, buffer.LastMicros, FrameKind.Batches);
        StageClock.End(Stage.Crc, started);

        // From here on the bundler reads the buffer, and nobody changes it: it hashes and compresses while the disk
        // works. What it makes of it is written only when Durable covers it.
        buffer.Share(owners: 2);
        bundler.Offer(buffer);
    }

    private bool TryWrite(ReadOnlySpan<byte> frame)
    {
        try
        {
            journal.Write(frame);
            disk.Report(DiskUser.Journal, full: null);
            return true;
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            // Nobody was told anything of this frame, and the next try overwrites what is there of it.
            disk.Report(DiskUser.Journal, full);
            return false;
        }
    }

    private void Acknowledge(AppendBuffer buffer)
    {
        // Durable first, for each ledger, then the answers: who has an answer can read what he appended.
        foreach (AppendOperation operation in buffer.Operations)
        {
            operation.Ledger.Durable.AdvanceTo(operation.FirstIndex + operation.Count);
        }

        gate.DurableFrame.AdvanceTo(buffer.FrameNumber);
        foreach (AppendOperation operation in buffer.Operations)
        {
            operation.Complete();
        }

        buffer.Operations.Clear();
    }

    private void Release(AppendBuffer buffer)
    {
        // The bundler may wait for this frame to be durable: tell it, whoever gives the buffer back.
        bundler.NoteDurable();
        if (buffer.Release())
        {
            gate.GiveBack(buffer);
        }
    }

    private void MarkIdle()
    {
        if (_isIdleMarked || poison.IsSet)
        {
            return;
        }

        _isIdleMarked = true;
        try
        {
            journal.WriteIdleFrame(_idlePage);
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            // It is an extra; the next frame says the same.
        }
    }
}
