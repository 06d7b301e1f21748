// A planted fault: a recovery that takes damage for the end of the journal.
// One simulation each.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

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
