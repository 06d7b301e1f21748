// The reading half of the spool: frames in order, from a cursor.
// Run by the sender's loop.

using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Client;

internal sealed partial class Spool
{
    private SafeFileHandle? reading;
    private SpoolFile? readingFile;
    private ulong readTicket;
    private long readAt;

    /// <summary>Reads the frame that begins with a ticket, which was appended before.</summary>
    internal async ValueTask ReadAsync(ulong ticket, OutgoingBatch into)
    {
        Seek(ticket);
        while (true)
        {
            byte[] header = new byte[SpoolFrame.HeaderBytes];
            await FillAsync(header, readAt).ConfigureAwait(false);
            int size = SpoolFrame.SizeOf(header);
            if (size == 0)
            {
                throw Damaged();
            }

            if (readTicket == ticket)
            {
                await ReadFrameAsync(size, into).ConfigureAwait(false);
                return;
            }

            // Only after a start in the middle of a file: everything before was delivered.
            readTicket += (ulong)SpoolFrame.CountOf(header);
            readAt += size;
        }
    }

    private async ValueTask ReadFrameAsync(int size, OutgoingBatch into)
    {
        byte[] frame = new byte[size];
        await FillAsync(frame, readAt).ConfigureAwait(false);
        if (!SpoolFrame.IsIntact(frame, readTicket) || !SpoolFrame.TryRead(frame, readTicket, into))
        {
            throw Damaged();
        }

        readTicket += (ulong)into.Count;
        readAt += size;
    }

    private void Seek(ulong ticket)
    {
        if (reading is not null && ticket >= readTicket && ticket < readingFile!.EndTicket)
        {
            return;
        }

        SpoolFile file;
        lock (gate)
        {
            file = files.Last(candidate => candidate.FirstTicket <= ticket);
        }

        reading?.Dispose();
        reading = OpenFile(file.Path, FileMode.Open);
        readingFile = file;
        readTicket = file.FirstTicket;
        readAt = 0;
    }

    private async ValueTask FillAsync(Memory<byte> bytes, long at)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int read = await RandomAccess.ReadAsync(reading!, bytes[done..], at + done).ConfigureAwait(false);
            done += read > 0 ? read : throw Damaged();
        }
    }

    private InvalidDataException Damaged() => new(
        $"the frame of ticket {readTicket:N0} in {readingFile!.Path} at offset {readAt:N0} is damaged");
}
