// A journal that was forged so that its entries come in the place of entries that the files have, and that cannot be
// replayed to its end: nothing of it may be served where the files have what was signed, and nothing of it committed.

using System.Buffers.Binary;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Tamper.Campaign;
using Xunit;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class OverlaidJournalTests : IDisposable
{
    private const string Name = "payments";
    private const int InFiles = 20;
    private const int FirstIndexOffset = 8;

    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_files_have_is_served_when_a_forged_journal_overlays_them_and_then_has_a_gap(bool isLook)
    {
        await _directory.AppendSigned(Name, InFiles);
        string crashed = _directory.Beside("crashed");
        byte[][] right;
        using (Store store = _directory.Open())
        {
            Ledger ledger = store.GetLedger(Name);
            for (int i = 0; i < 5; i++)
            {
                await SignedDirectory.Append(ledger, 1);
            }

            await ledger.WaitForCheckpointAsync(InFiles + 5);
            right = await ReadAsync(ledger, InFiles);
            SignedDirectory.Copy(_directory.Data, crashed);
        }

        Directory.Delete(_directory.Data, recursive: true);
        Directory.Move(crashed, _directory.Data);
        Forge();
        for (int start = 0; start < 2; start++)
        {
            using Store store = isLook
                ? _directory.Open(static options => options with { ReadOnly = true, Signing = null })
                : _directory.Open();
            Ledger ledger = store.GetLedger(Name);
            Assert.Equal(right, await ReadAsync(ledger, InFiles));
            StoreException lost = await Assert.ThrowsAsync<StoreException>(() => ReadAsync(ledger, InFiles + 1));
            Assert.Equal(StoreReason.DataLoss, lost.Reason);
        }
    }

    private static async Task<byte[][]> ReadAsync(Ledger ledger, int count)
    {
        List<byte[]> entries = [];
        await foreach (EntrySlice slice in ledger.ReadAsync(0, count))
        {
            for (int i = 0; i < slice.Count; i++)
            {
                entries.Add(slice.Entry(i).ToArray());
            }
        }

        return [.. entries];
    }

    /// <summary>The first entry behind the files becomes entry 10, with every checksum right.</summary>
    private void Forge()
    {
        JournalRecords format = new();
        foreach (string path in Directory.GetFiles(Path.Combine(_directory.Data, "journal")))
        {
            List<RawRecord> records = format.Read(path);
            int first = records.FindIndex(
                static one => one.Type == (int)SectionType.Append && FirstIndex(one) == InFiles);
            if (first >= 0)
            {
                byte[] body = [.. records[first].Body];
                BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(FirstIndexOffset), InFiles / 2);
                records[first] = new RawRecord(records[first].Type, body);
                Assert.True(format.Write(path, records));
                return;
            }
        }

        Assert.Fail("the journal has no entry behind the files");
    }

    private static long FirstIndex(RawRecord section) =>
        BinaryPrimitives.ReadInt64LittleEndian(section.Body.AsSpan(FirstIndexOffset));
}
