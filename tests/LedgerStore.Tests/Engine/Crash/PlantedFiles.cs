// File systems that have the bugs a store could have: what they do, a wrong sequencer or recovery would do.
// One simulation each.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>Acknowledges early: the sync of a journal file is made up for when the next frame is written.</summary>
internal sealed class EarlyAcknowledgement(IFileSystem below) : ForwardingFileSystem(below)
{
    protected override IFile Wrap(IFile file) =>
        file.Path.Contains("/journal/", StringComparison.Ordinal) ? new LateSync(file) : file;

    private sealed class LateSync(IFile file) : ForwardingFile(file)
    {
        private bool _owesSync;
        private bool _hasFrame;

        public override void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            _hasFrame = offset >= JournalFileHeader.PageBytes && bytes.Length < Length;
            if (_owesSync)
            {
                base.Sync();
                _owesSync = false;
            }

            base.Write(offset, bytes);
        }

        public override void Sync()
        {
            _owesSync = _hasFrame;
            if (!_hasFrame)
            {
                base.Sync();
            }
        }
    }
}

/// <summary>Ignores the errors of syncs, as FileStream.Flush(true) does.</summary>
internal sealed class IgnoredSyncErrors(IFileSystem below) : ForwardingFileSystem(below)
{
    public override void SyncFileSystem(string path) => Ignore(() => base.SyncFileSystem(path));

    protected override IFile Wrap(IFile file) => new Deaf(file);

    private static void Ignore(Action sync)
    {
        try
        {
            sync();
        }
        catch (StorageException)
        {
            // The planted fault.
        }
    }

    private sealed class Deaf(IFile file) : ForwardingFile(file)
    {
        public override void Sync() => Ignore(base.Sync);
    }
}

/// <summary>Takes the first frame with a bad checksum for the end of a journal file, whatever lies behind it.</summary>
internal sealed class CutAtAnyBadChecksum(IFileSystem below) : ForwardingFileSystem(below)
{
    protected override IFile Wrap(IFile file) =>
        file.Path.Contains("/journal/", StringComparison.Ordinal) ? new Cut(file) : file;

    private sealed class Cut(IFile file) : ForwardingFile(file)
    {
        public override int Read(long offset, Span<byte> bytes)
        {
            int read = base.Read(offset, bytes);
            int end = (int)Math.Clamp(EndOfSoundFrames() - offset, 0, read);
            bytes[end..read].Clear();
            return read;
        }

        private long EndOfSoundFrames()
        {
            byte[] all = new byte[Length];
            base.Read(0, all);
            if (!JournalFileHeader.TryRead(all, out JournalFileHeader header))
            {
                return all.Length;
            }

            int offset = JournalFileHeader.PageBytes;
            while (offset + FrameHeader.Bytes <= all.Length
                && FrameHeader.TryRead(all.AsSpan(offset), header.Nonce, out FrameHeader frame)
                && offset + frame.StoredBytes <= all.Length
                && Crc32C.Compute(all.AsSpan(offset + FrameHeader.Bytes, frame.BodyBytes)) == frame.BodyCrc)
            {
                offset += frame.StoredBytes;
            }

            return offset;
        }
    }
}
