// Walks through the frames that recovery would replay, section by section, and writes nothing.
// Stateless; one thread at a time.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;

namespace LedgerStore.Engine.Verification;

/// <summary>Where a section is, for findings.</summary>
internal readonly record struct SectionPlace(string File, long Offset, long Frame);

/// <summary>Takes one section; its content is valid during the call only.</summary>
internal delegate void SectionVisitor(in SectionHeader section, ReadOnlySpan<byte> content, in SectionPlace place);

/// <summary>The journal as verification reads it.</summary>
internal sealed class JournalWalk(IFileSystem files, JournalFacts facts, RecoveryPlan plan)
{
    public long Bytes => plan.Replay.Sum(frame => (long)frame.Header.StoredBytes);

    /// <summary>Visits every section in order.</summary>
    /// <exception cref="StoreException">A frame is not what it was when the journal was scanned.</exception>
    public void Visit(SectionVisitor visit)
    {
        byte[] body = [];
        foreach (IGrouping<int, FoundFrame> group in plan.Replay.GroupBy(frame => frame.FileIndex))
        {
            using IFile file = files.Open(facts.Files[group.Key].Path, FileAccessMode.ReadOnly);
            foreach (FoundFrame frame in group)
            {
                if (body.Length < frame.Header.BodyBytes)
                {
                    body = new byte[frame.Header.BodyBytes];
                }

                Span<byte> bytes = body.AsSpan(0, frame.Header.BodyBytes);
                int read = file.Read(frame.Offset + FrameHeader.Bytes, bytes);
                if (read != bytes.Length || Crc32C.Compute(bytes) != frame.Header.BodyCrc)
                {
                    throw Damaged(file, frame, "was read twice and was not the same the second time");
                }

                VisitFrame(file, frame, bytes, visit);
            }
        }
    }

    private static void VisitFrame(IFile file, in FoundFrame frame, ReadOnlySpan<byte> body, SectionVisitor visit)
    {
        for (int offset = 0; offset < body.Length;)
        {
            if (!SectionHeader.TryRead(body[offset..], out SectionHeader section))
            {
                throw Damaged(file, frame, "has a section that this program does not know");
            }

            SectionPlace place = new(file.Path, frame.Offset + FrameHeader.Bytes + offset, frame.Header.Number);
            visit(section, body.Slice(offset + SectionHeader.Bytes, section.ContentBytes), place);
            offset += section.StoredBytes;
        }
    }

    private static StoreException Damaged(IFile file, in FoundFrame frame, string what) => new(
        StoreReason.Corruption, $"frame {frame.Header.Number} in '{file.Path}' at byte {frame.Offset:N0} {what}");
}
