// A planted fault: a sequencer that acknowledges before its sync.
// One simulation each.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
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
