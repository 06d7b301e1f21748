// Compares unpacked.ndjson of an evidence bundle with what the entries of its receipts make: nothing else proves it. A
// bundle without the file shows nothing that could be wrong. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Checks the events that an intake packed.</summary>
internal sealed class UnpackedCheck : IDisposable
{
    private readonly Stream? _shown;

    public UnpackedCheck(string directory)
    {
        string file = Path.Combine(directory, EvidenceBundle.UnpackedFile);
        _shown = Path.Exists(file) ? ForeignFile.Open(file) : null;
        Printer = UnpackedWriter.PrinterOnto(Compare);
    }

    /// <summary>Takes every entry, in order.</summary>
    public EntryPrinter Printer { get; }

    /// <summary>There are no more entries.</summary>
    public void Finish()
    {
        if (_shown is not null)
        {
            Printer.Finish();
            if (_shown.ReadByte() >= 0)
            {
                throw new VerificationFailedException(
                    $"{EvidenceBundle.UnpackedFile} shows more than the entries hold: nothing proves it");
            }
        }
    }

    public void Dispose() => _shown?.Dispose();

    private void Compare(ReadOnlySpan<byte> held)
    {
        if (_shown is null)
        {
            return;
        }

        byte[] shown = new byte[held.Length];
        int read = _shown.ReadAtLeast(shown, shown.Length, throwOnEndOfStream: false);
        if (read < shown.Length || !held.SequenceEqual(shown))
        {
            throw new VerificationFailedException(
                $"{EvidenceBundle.UnpackedFile} shows something else than the entries of the receipts hold");
        }
    }
}
