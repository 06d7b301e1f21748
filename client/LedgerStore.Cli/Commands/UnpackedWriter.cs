// unpacked.ndjson of an evidence bundle while it is exported: there is no such file where nothing is packed.
// One thread.
namespace LedgerStore.Cli;

/// <summary>Writes the events that an intake packed.</summary>
internal sealed class UnpackedWriter(string directory) : IDisposable
{
    private EntryPrinter? _printer;
    private FileStream? _file;

    /// <summary>Takes every entry, in order. An event that is not whole in what was exported has a line that says so.
    /// </summary>
    public EntryPrinter Printer => _printer ??= PrinterOnto(Write);

    /// <summary>What makes the lines, for whoever writes them and for whoever checks them.</summary>
    public static EntryPrinter PrinterOnto(EntryPrinter.Sink sink) => new(
        sink, EntryFormat.Json, new EntryColumns(width: 0, hasColour: false), isTerminal: false)
    {
        Unpacking = static _ => { },
        IsOfPackedOnly = true,
    };

    public void Dispose() => _file?.Dispose();

    private void Write(ReadOnlySpan<byte> lines)
    {
        if (!lines.IsEmpty)
        {
            _file ??= File.Create(Path.Combine(directory, EvidenceBundle.UnpackedFile));
            _file.Write(lines);
        }
    }
}
