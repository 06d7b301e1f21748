// The reading half of the spool: frames in order, from a cursor.
// Run by the sender's loop.

using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Client;

internal sealed partial class Spool
{
    private SafeFileHandle? _reading;
    private SpoolFile? _readingFile;
    private ulong _readTicket;
    private long _readAt;

    /// <summary>Reads the frame that begins with a ticket, which was appended before.</summary>
    internal async ValueTask ReadAsync(ulong ticket, OutgoingBatch into)
    {
        Seek(ticket);
        while (true)
        {
            byte[] header = new byte[SpoolFrame.HeaderBytes];
            await FillAsync(header, _readAt).ConfigureAwait(false);
            int size = SpoolFrame.SizeOf(header);
            if (size == 0)
            {
                throw Damaged();
            }

            if (_readTicket == ticket)
            {
                await ReadFrameAsync(size, into).ConfigureAwait(false);
                return;
            }

            // Only after a start in the middle of a file: everything before was delivered.
            _readTicket += (ulong)SpoolFrame.CountOf(header);
            _readAt += size;
        }
    }

    private async ValueTask ReadFrameAsync(int size, OutgoingBatch into)
    {
        byte[] frame = new byte[size];
        await FillAsync(frame, _readAt).ConfigureAwait(false);
        if (!SpoolFrame.IsIntact(frame, _readTicket) || !SpoolFrame.TryRead(frame, _readTicket, into))
        {
            throw Damaged();
        }

        _readTicket += (ulong)into.Count;
        _readAt += size;
    }

    private void Seek(ulong ticket)
    {
        if (_reading is not null && ticket >= _readTicket && ticket < _readingFile!.EndTicket)
        {
            return;
        }

        SpoolFile file;
        lock (_gate)
        {
            file = _files.Last(candidate => candidate.FirstTicket <= ticket);
        }

        _reading?.Dispose();
        _reading = OpenFile(file.Path, FileMode.Open);
        _readingFile = file;
        _readTicket = file.FirstTicket;
        _readAt = 0;
    }

    private async ValueTask FillAsync(Memory<byte> bytes, long at)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int read = await RandomAccess.ReadAsync(_reading!, bytes[done..], at + done).ConfigureAwait(false);
            done += read > 0 ? read : throw Damaged();
        }
    }

    private InvalidDataException Damaged() => new(
        $"the frame of ticket {_readTicket:N0} in {_readingFile!.Path} at offset {_readAt:N0} is damaged");
}
