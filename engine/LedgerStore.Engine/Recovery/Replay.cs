// Brings a store from what its journal holds to what its ledgers' files hold, with the code that does it every day.
// Runs once, on the thread that opens the store, before anything else runs and before anything is served.
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;

namespace LedgerStore.Engine.Recovery;

/// <summary>Replays the frames of a recovery plan.</summary>
/// <param name="mode">ReadOnly: the entries are kept in memory, and nothing is written.</param>
/// <param name="apart">Ledgers that an earlier try found damaged: nothing of the journal is put over their files.
/// </param>
internal sealed class Replay(
    IFileSystem files,
    LedgerOpener opener,
    OpenLedgers ledgers,
    Bundler bundler,
    FileAccessMode mode,
    IReadOnlyDictionary<uint, Exception> apart)
{
    private readonly Dictionary<uint, (Exception Damage, long Size)> _damaged =
        apart.ToDictionary(static one => one.Key, static one => (one.Value, 0L));

    // Ledgers of which the journal has entries that their files have too.
    private readonly HashSet<uint> _overlaid = [];

    // The time of the newest batch of each ledger that was admitted.
    private readonly Dictionary<uint, long> _newest = [];

    // Sections as they stand in the journal, and the ledgers they are of.
    private readonly List<(uint LedgerId, byte[] Section)> _checkpoints = [];

    /// <summary>Ledgers whose files do not fit the journal: they stay as they are, and are read-only from now on.
    /// </summary>
    public IReadOnlyCollection<uint> Damaged => _damaged.Keys;

    /// <summary>Processes every frame, in order.</summary>
    /// <param name="onProgress">Told the share that is done.</param>
    /// <exception cref="OverlaidException">To be done again, with that ledger apart.</exception>
    public void Run(JournalFacts facts, RecoveryPlan plan, Action<double>? onProgress)
    {
        long done = 0;
        long total = Math.Max(1, plan.Replay.Sum(f => (long)f.Header.StoredBytes));
        byte[] body = [];
        foreach (IGrouping<int, FoundFrame> group in plan.Replay.GroupBy(f => f.FileIndex))
        {
            ScannedFile scanned = facts.Files[group.Key];
            using IFile file = files.Open(scanned.Path, FileAccessMode.ReadOnly);
            file.Advise(FileAdvice.Sequential, 0, 0);
            foreach (FoundFrame frame in group)
            {
                if (body.Length < frame.Header.BodyBytes)
                {
                    body = new byte[frame.Header.BodyBytes];
                }

                Span<byte> bytes = body.AsSpan(0, frame.Header.BodyBytes);
                ReadBody(file, frame, bytes);
                ReplayFrame(bytes, frame.Header, scanned.Number);
                done += frame.Header.StoredBytes;
                onProgress?.Invoke((double)done / total);
            }
        }

        foreach ((uint id, (Exception damage, long size)) in _damaged)
        {
            // Opened already if the damage showed itself behind the first of its entries in the journal.
            ledgers.GetOrAdd(id, size, (_, end) => opener.OpenDamaged(id, end, damage)).MarkDamaged(size, damage);
        }
    }

    /// <summary>Takes the checkpoints of the journal over, when all its entries are; nothing of them is checked
    /// here.</summary>
    /// <remarks>
    /// A ledger may have a checkpoint in the journal and its entries in its files only. So the checkpoints come last:
    /// by then every ledger that has entries in the journal was opened in front of them.
    /// </remarks>
    /// <param name="fileNumber">The journal's last file: it is kept until these are saved.</param>
    public List<(OpenLedger Ledger, CheckpointRecord Record)> TakeCheckpoints(long fileNumber)
    {
        List<(OpenLedger, CheckpointRecord)> found = [];
        foreach ((uint id, byte[] bytes) in _checkpoints)
        {
            DemandKnown(id);
            OpenLedger ledger = ledgers.Get(id);
            SectionHeader.TryRead(bytes, out SectionHeader section);
            byte[] note = bytes.AsSpan(SectionHeader.Bytes, section.ContentBytes).ToArray();
            found.Add((ledger, new CheckpointRecord(section.FirstIndex, section.Root, note)));
            if (ledger.Damage is null)
            {
                bundler.Process(bytes, Crc32C.Compute(bytes), fileNumber);
            }
        }

        _checkpoints.Clear();
        return found;
    }

    // The catalog is durable before anything is appended to a new ledger.
    private void DemandKnown(uint id)
    {
        if (!opener.Knows(id))
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"the journal holds entries of ledger {id}, which the catalog does not know: one of them "
                + "was damaged or exchanged. Nothing was changed; restore a backup");
        }
    }

    private static void ReadBody(IFile file, in FoundFrame frame, Span<byte> body)
    {
        int read = file.Read(frame.Offset + FrameHeader.Bytes, body);
        if (read != body.Length || Crc32C.Compute(body) != frame.Header.BodyCrc)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"frame {frame.Header.Number} in {file.Path} was read twice and was not the same the second time; "
                + "check the disk and the memory of this machine");
        }
    }

    private void ReplayFrame(Span<byte> body, in FrameHeader header, long fileNumber)
    {
        long frameNumber = header.Number;
        int kept = 0;
        for (int offset = 0; offset < body.Length;)
        {
            if (!SectionHeader.TryRead(body[offset..], out SectionHeader section))
            {
                throw new StoreException(
                    StoreReason.Corruption, $"frame {frameNumber} has a section that this program does not know");
            }

            Span<byte> whole = body.Slice(offset, section.StoredBytes);
            offset += section.StoredBytes;
            if (section.Type == SectionType.Checkpoint)
            {
                _checkpoints.Add((section.LedgerId, whole.ToArray()));
                continue;
            }

            if (!TryAdmit(section, whole.Slice(SectionHeader.Bytes, section.ContentBytes), frameNumber))
            {
                continue;
            }

            // What belongs to a damaged ledger is left out; its journal files are kept aside.
            if (kept < offset - section.StoredBytes)
            {
                whole.CopyTo(body[kept..]);
            }

            kept += section.StoredBytes;
        }

        bundler.Process(body[..kept], kept == body.Length ? header.BodyCrc : Crc32C.Compute(body[..kept]), fileNumber);
        if (mode == FileAccessMode.ReadWrite)
        {
            bundler.RunOnce();
        }
    }

    /// <summary>Brings the gate's part of the ledger to where it was when this batch was admitted.</summary>
    private bool TryAdmit(in SectionHeader section, ReadOnlySpan<byte> entries, long frameNumber)
    {
        long end = section.FirstIndex + section.Count;
        if (_damaged.TryGetValue(section.LedgerId, out (Exception Damage, long Size) known))
        {
            _damaged[section.LedgerId] = known with { Size = end };
            return false;
        }

        DemandKnown(section.LedgerId);

        try
        {
            OpenLedger ledger = ledgers.GetOrAdd(section.LedgerId, section.FirstIndex, Open);
            if (ledger.NextIndex != section.FirstIndex)
            {
                throw new StoreException(
                    StoreReason.DataLoss,
                    $"the journal goes on at {section.FirstIndex:N0} where {ledger.NextIndex:N0} was expected");
            }

            RequireWhole(ledger, section, entries);
            if (section.HasProducer && !TryReplayProducer(ledger, section, entries, frameNumber))
            {
                throw new StoreException(
                    StoreReason.DataLoss, "the sequences of a producer differ between the journal and state.log");
            }

            _newest[section.LedgerId] = section.ReceivedMicros;
            ledger.NextIndex += section.Count;
            ledger.Durable.AdvanceTo(ledger.NextIndex);
            return true;
        }
        catch (Exception damage) when (LedgerOpener.IsDamage(damage))
        {
            // What was replayed so far may be as false as what comes now. Its files have been compared with what was
            // signed all along, so they are what is served.
            if (_overlaid.Contains(section.LedgerId))
            {
                throw new OverlaidException(section.LedgerId, damage);
            }

            _damaged[section.LedgerId] = (damage, end);
            return false;
        }
    }

    private OpenLedger Open(uint id, long firstIndex)
    {
        OpenLedger ledger = opener.OpenForReplay(id, firstIndex, out long inFiles);
        if (inFiles > firstIndex)
        {
            _overlaid.Add(id);
        }

        return ledger;
    }

    private void RequireWhole(OpenLedger ledger, in SectionHeader section, ReadOnlySpan<byte> entries)
    {
        long newest = Math.Max(ledger.Appender.LastMicros, ledger.Tail.Open?.LastMicros ?? 0);
        newest = Math.Max(newest, _newest.GetValueOrDefault(section.LedgerId));
        if (BatchCheck.Fault(section, entries, newest) is { } fault)
        {
            throw new StoreException(StoreReason.DataLoss, fault);
        }
    }

    private static bool TryReplayProducer(
        OpenLedger ledger, in SectionHeader section, ReadOnlySpan<byte> entries, long frameNumber)
    {
        EntryView first = EntryView.Parse(entries[BlockFormat.EntryPrefixBytes..BundleFormat.EntryEnd(entries, 0)]);
        return ledger.Producers.TryReplay(
            new ProducerName(first.Appender, first.Producer),
            new BatchAnswer(
                section.FirstSequence, section.Count, section.FirstIndex, section.ReceivedMicros, section.Fingerprint),
            frameNumber);
    }
}
