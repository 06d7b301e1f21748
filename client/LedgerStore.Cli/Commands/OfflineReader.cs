// Reads a data directory without a server, through the engine, and changes nothing in it: what only the journal has is
// brought into memory. A directory that is in use is refused. One thread.
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Prints entries of a data directory.</summary>
internal static class OfflineReader
{
    public static async Task<int> RunAsync(
        Run run, string directory, string ledgerName, ReadOptions options, EntryPrinter printer)
    {
        if (options.Follow)
        {
            throw new UsageException("nothing is appended to a directory that no server has open", "leave out -f");
        }

        // Whoever looks at what somebody left must leave it as it was.
        using Store store = Store.Open(new StoreOptions
        {
            Directory = Path.GetFullPath(directory),
            ReadOnly = true,
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { IsAutomatic = false },
        });
        Ledger ledger = store.GetLedger(ledgerName);
        Pass pass = new(run, ledger, options, printer);
        int code = await pass.RunAsync().ConfigureAwait(false);
        if (ledger.SizeInFiles < ledger.Size)
        {
            printer.Flush();
            run.Note($"{EntryStream.Range((ulong)ledger.SizeInFiles, (ulong)(ledger.Size - ledger.SizeInFiles))} of "
                + $"{ledgerName} are in the journal only: the server did not end cleanly, or had not written them to "
                + "the ledger's files yet");
        }

        return code;
    }

    /// <summary>One way through a ledger.</summary>
    private sealed class Pass(Run run, Ledger ledger, ReadOptions options, EntryPrinter printer)
    {
        private readonly long _size = ledger.Size;
        private ulong _limit = options.Limit == 0 ? ulong.MaxValue : options.Limit;
        private int _code = ExitCode.Done;
        private long _next = options.FromEnd is { } last
            ? Math.Max(0, ledger.Size - (long)Math.Min(last, long.MaxValue))
            : (long)Math.Min(options.From, (ulong)ledger.Size);

        public async Task<int> RunAsync()
        {
            while (_next < _size && _limit > 0)
            {
                try
                {
                    await foreach (EntrySlice slice in ledger.ReadAsync(_next, _size - _next, run.Cancellation)
                        .ConfigureAwait(false))
                    {
                        if (!Print(slice))
                        {
                            return _code;
                        }

                        _next = slice.FirstIndex + slice.Count;
                    }
                }
                catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
                {
                    StepOverExpired(gone);
                }
                catch (StoreException bad) when (bad.Reason is StoreReason.DataLoss or StoreReason.TierAway)
                {
                    StepOver(bad);
                }
            }

            return _code;
        }

        private void StepOverExpired(StoreException gone)
        {
            long before = _next;
            foreach (ExpiredSubtree part in ledger.ExpiredSubtrees(_next, _size))
            {
                EntryStream.Tell(run, printer.Format, printer, new Client.ExpiredRange(
                    (ulong)part.FirstIndex, (ulong)part.Count, part.Root, (ulong)part.Tombstone));
                _next = part.FirstIndex + part.Count;
            }

            if (_next <= before)
            {
                throw gone;
            }
        }

        /// <summary>Says what cannot be read, and goes on behind it.</summary>
        private void StepOver(StoreException bad)
        {
            long end = Math.Min(_size, bad.FirstIndex + bad.Count);
            if (bad.FirstIndex < 0 || end <= _next)
            {
                throw bad;
            }

            bool isDamaged = bad.Reason == StoreReason.DataLoss;
            EntryStream.Tell(run, printer.Format, printer, new UnreadableRange(
                (ulong)_next, (ulong)(end - _next), isDamaged, bad.Message));
            _next = end;
            _code = isDamaged || _code == ExitCode.NotVerified ? ExitCode.NotVerified : ExitCode.NotWhole;
        }

        /// <returns>False when it was the last one that was asked for.</returns>
        private bool Print(in EntrySlice slice)
        {
            for (int i = 0; i < slice.Count; i++)
            {
                DateTimeOffset received = ReceivedOf(slice.Entry(i));
                if (_limit == 0 || received >= options.Until)
                {
                    return false;
                }

                if (!(received < options.FromTime))
                {
                    printer.Print((ulong)(slice.FirstIndex + i), slice.Entry(i));
                    _limit--;
                }
            }

            return true;
        }

        // A time that no calendar has is behind all others.
        private static DateTimeOffset ReceivedOf(ReadOnlySpan<byte> entry)
        {
            ulong micros = EntryView.Parse(entry).ReceivedUnixMicros;
            const ulong MicrosMax = (ulong)(long.MaxValue / TimeSpan.TicksPerMicrosecond);
            long ticks = micros > MicrosMax ? long.MaxValue : (long)micros * TimeSpan.TicksPerMicrosecond;
            long room = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks;
            return DateTimeOffset.UnixEpoch.AddTicks(Math.Min(ticks, room));
        }
    }
}
