// The segment being written on a disk that fills up, fails or loses power.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Segments;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public sealed class OpenSegmentFaultTests : IDisposable
{
    private readonly SegmentStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void A_write_without_space_takes_its_bytes_back_and_can_be_made_again(int kept)
    {
        OpenSegment open = _store.AddOpen(0, 256);
        long length = open.Length;
        _store.FileSystem.Faults = FaultPlans.OnNth(
            StorageOperation.Write, ".seg", 1, SimulatedFault.ShortWrite(FileErrno.NoSpace, kept));

        byte[] block = SegmentStore.Block(1, 256);
        StorageException full = Assert.Throws<StorageException>(() => open.Append(block));
        Assert.True(full.IsNoSpace);
        Assert.Equal(length, _store.FileSystem.ReadAll(open.Path).Length);
        Assert.Equal((256, length), (open.Entries, open.Length));

        Assert.Equal(length, open.Append(block));
        Assert.True(_store.ReadsRight(1));
    }

    [Fact]
    public void A_footer_without_space_can_be_written_again()
    {
        OpenSegment open = _store.AddOpen(0, 256);
        for (int bundle = 1; bundle < 256; bundle++)
        {
            open.Append(SegmentStore.Block(bundle, 256));
        }

        long length = open.Length;
        _store.FileSystem.Faults = FaultPlans.OnNth(
            StorageOperation.Write, ".seg", 1, SimulatedFault.ShortWrite(FileErrno.NoSpace, 9_000));
        Assert.Throws<StorageException>(() => SegmentStore.Complete(open));
        Assert.False(open.IsComplete);
        Assert.Equal(length, _store.FileSystem.ReadAll(open.Path).Length);

        SealedFacts facts = SegmentStore.Complete(open);
        Assert.Same(open, _store.Reader.Replace(new SealedSegment(_store.Services.Maps, facts)));
        Assert.True(_store.ReadsRight(255));
    }

    [Fact]
    public void A_file_whose_header_finds_no_space_is_not_left_behind()
    {
        _store.FileSystem.Faults = FaultPlans.OnNth(
            StorageOperation.Write, ".seg", 1, SimulatedFault.ShortWrite(FileErrno.NoSpace, 10));
        Assert.Throws<StorageException>(() => _store.AddOpen(0));
        Assert.Empty(_store.FileSystem.List(SegmentStore.Directory));
        _store.AddOpen(0);
    }

    [Fact]
    public void Other_write_errors_are_not_hidden()
    {
        OpenSegment open = _store.AddOpen(0, 256);
        _store.FileSystem.Faults = FaultPlans.OnNth(
            StorageOperation.Write, ".seg", 1, SimulatedFault.ShortWrite(FileErrno.InputOutput, 100));
        StorageException failed = Assert.Throws<StorageException>(() => open.Append(SegmentStore.Block(1, 256)));
        Assert.False(failed.IsNoSpace);
        Assert.Equal(256, open.Entries);
    }

    /// <summary>What closes a file to make room for another one syncs it first, and does not hide a failure.</summary>
    [Fact]
    public void A_file_with_unsynced_bytes_is_synced_before_it_is_closed()
    {
        OpenSegment[] open = [.. Enumerable.Range(0, 4).Select(segment => _store.AddOpen(segment, 256))];
        open[1].Sync();
        _store.FileSystem.Faults = FaultPlans.OnEvery(
            StorageOperation.Sync, open[0].Path, SimulatedFault.Error(FileErrno.InputOutput));
        StorageException failed = Assert.Throws<StorageException>(() => _store.AddOpen(4));
        Assert.Equal(StorageOperation.Sync, failed.Operation);

        _store.FileSystem.Faults = null;
        foreach (OpenSegment segment in open)
        {
            segment.Sync();
        }

        int syncs = _store.FileSystem.Trace.Count(call => call.Operation == StorageOperation.Sync);
        OpenSegment.Create(_store.Services.Files, SegmentStore.Directory, SegmentStore.Identity(9, 1), 5).Dispose();
        Assert.Equal(syncs, _store.FileSystem.Trace.Count(call => call.Operation == StorageOperation.Sync));
    }

    [Fact]
    public void A_sealed_file_that_was_closed_to_make_room_is_still_read_until_it_is_replaced()
    {
        OpenSegment open = _store.AddOpen(0, 256);
        SegmentStore.Complete(open);
        for (uint generation = 2; generation < 8; generation++)
        {
            OpenSegment.Create(
                _store.Services.Files, SegmentStore.Directory, SegmentStore.Identity(9, generation), createdMicros: 5);
        }

        Assert.True(_store.ReadsRight(100));
    }

    [Fact]
    public void What_was_synced_survives_a_power_cut_at_every_later_call()
    {
        for (int at = 1; ; at++)
        {
            using SegmentStore store = new();
            OpenSegment open = OpenSegment.Create(
                store.Services.Files, SegmentStore.Directory, SegmentStore.Identity(0, 1), createdMicros: 5);
            store.FileSystem.SyncDirectory("/");
            open.Append(SegmentStore.Block(0, 256));
            open.Append(SegmentStore.Block(1, 9));
            open.Sync();

            store.FileSystem.Faults = FaultPlans.At(store.FileSystem.CallCount + at, SimulatedFault.CrashAfter);
            bool crashed = false;
            try
            {
                open.Append(SegmentStore.Block(1, 100));
                open.Append(SegmentStore.Block(1, 256));
                SegmentStore.Complete(open);
            }
            catch (SimulatedCrash)
            {
                crashed = true;
            }

            SimulatedFileSystem after = store.FileSystem.Crash(new SeededChooser((ulong)at));
            using FilePool pool = new(after, openMax: 4);
            using OpenSegment again = OpenSegment.Reopen(
                pool, SegmentStore.Directory, SegmentStore.Identity(0, 1), FileAccessMode.ReadOnly, trustedSize: 265);
            Assert.Null(again.Damage);
            Assert.Equal(265, again.Entries);
            if (!crashed)
            {
                break;
            }

            at += at > 20 ? 20 : 0;
        }
    }
}
