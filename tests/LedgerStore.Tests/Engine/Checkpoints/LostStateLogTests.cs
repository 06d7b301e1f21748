// A state.log that was damaged or removed, of a small ledger, one with a complete segment, and `_audit`, after an
// orderly end and after a kill: never an empty ledger, never less than what was signed, never a quiet end.

using System.Globalization;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class LostStateLogTests : IDisposable
{
    private const int Flushed = 300;

    // What _audit begins with: who the store is, and that it was created.
    private const long OwnEntries = 2;
    private const int Journaled = 200;
    private const int Sealed = 65_536;

    private readonly SignedDirectory _directory = new();

    public static TheoryData<string, string, bool> Cases()
    {
        TheoryData<string, string, bool> cases = [];
        foreach (string ledger in (string[])["small", "large", "_audit"])
        {
            foreach (string damage in (string[])["removed", "emptied", "cut", "head", "zeroed"])
            {
                cases.Add(ledger, damage, true);
                cases.Add(ledger, damage, false);
            }
        }

        return cases;
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_was_signed_is_never_less_and_the_end_is_never_quiet(
        string name, string damage, bool isClosed)
    {
        long flushed = name == "large" ? Sealed + Flushed : Flushed;
        long own = name == "_audit" ? OwnEntries : 0;
        await AppendSigned(name, own, flushed);
        string anchor = _directory.Beside("older-anchor");
        File.Copy(_directory.Anchor, anchor);
        long size = flushed + Journaled;
        PublishedCheckpoint signed = isClosed
            ? await AppendSigned(name, flushed, size)
            : await AppendAndKill(name, flushed, size);
        Damage(damage, StateLog(name));
        for (int start = 0; start < 2; start++)
        {
            if (!isClosed)
            {
                // It is a second behind when the process is killed, and stays so.
                File.Copy(anchor, _directory.Anchor, overwrite: true);
            }

            using Store store = _directory.Open();
            LedgerDescription described = Assert.Single(store.DescribeInUse(), each => each.Name == name);
            Assert.NotNull(described.Damage);
            Assert.Equal((size, size), (described.Size, described.CheckpointedSize));
            Ledger ledger = store.GetLedger(name);
            StoreException refused =
                await Assert.ThrowsAsync<StoreException>(() => ledger.AppendAsync("more"u8).AsTask());
            Assert.Equal(StoreReason.LedgerReadOnly, refused.Reason);
            await CheckRead(ledger, own, isClosed ? size : flushed, isClosed ? size : flushed / 256 * 256);
            CheckProof(ledger, signed, isClosed);
        }
    }

    [Fact]
    public async Task Without_a_signature_the_end_is_not_known_and_a_read_says_so()
    {
        using (Store store = _directory.Open(signing: null))
        {
            await Append(store.GetOrCreateLedger("small"), 0, Flushed);
        }

        Damage("removed", StateLog("small"));
        using Store again = _directory.Open(signing: null);
        await CheckRead(again.GetLedger("small"), 0, Flushed, Flushed);
    }

    /// <summary>Everything up to some entry is read, to the byte; then the range is named that is not there, or not
    /// known.</summary>
    private static async Task CheckRead(Ledger ledger, long own, long sound, long lostFrom)
    {
        long next = 0;
        StoreException lost = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await foreach (EntrySlice slice in ledger.ReadAsync(0, long.MaxValue))
            {
                Assert.Equal(next, slice.FirstIndex);
                for (int i = (int)Math.Max(0, own - next); i < slice.Count; i++)
                {
                    Assert.Equal($"record {next + i}", Encoding.UTF8.GetString(slice.Record(i)));
                }

                next += slice.Count;
            }
        });
        Assert.Equal(StoreReason.DataLoss, lost.Reason);
        Assert.Equal((sound, lostFrom), (next, lost.FirstIndex));
    }

    private static void CheckProof(Ledger ledger, PublishedCheckpoint signed, bool isWhole)
    {
        long last = signed.Size - 1;
        if (isWhole)
        {
            Hash256[] proof = ledger.ProveInclusion(last, signed.Size);
            Assert.True(InclusionProof.IsValid(
                (ulong)last, (ulong)signed.Size, ledger.GetLeafHash(last), proof, signed.Root));
            return;
        }

        StoreException lost = Assert.Throws<StoreException>(() => ledger.ProveInclusion(0, signed.Size));
        Assert.Equal(StoreReason.DataLoss, lost.Reason);
        Assert.Equal(signed.Size, lost.FirstIndex + lost.Count);
        Assert.Contains($"{signed.Size - 1:N0}", lost.Message, StringComparison.Ordinal);
    }

    private string StateLog(string name)
    {
        // Ids count from 1; _audit has 0.
        int id = name == "_audit" ? 0 : 1;
        return Path.Combine(_directory.Data, "ledgers", id.ToString(CultureInfo.InvariantCulture), "state.log");
    }

    private static void Damage(string damage, string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "removed":
                File.Delete(file);
                return;
            case "emptied":
                bytes = [];
                break;
            case "cut":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "head":
                bytes.AsSpan(0, 1024).Clear();
                break;
            default:
                bytes.AsSpan().Clear();
                break;
        }

        File.WriteAllBytes(file, bytes);
    }

    private async Task<PublishedCheckpoint> AppendSigned(string name, long from, long end)
    {
        using Store store = _directory.Open();
        Ledger ledger = store.GetOrCreateLedger(name);
        await Append(ledger, from, end);
        return await ledger.WaitForCheckpointAsync(end);
    }

    /// <summary>The directory is as it was at the moment in which the checkpoint was published.</summary>
    private async Task<PublishedCheckpoint> AppendAndKill(string name, long from, long end)
    {
        PublishedCheckpoint signed;
        using (Store store = _directory.Open())
        {
            Ledger ledger = store.GetLedger(name);
            await Append(ledger, from, end);
            signed = await ledger.WaitForCheckpointAsync(end);
            SignedDirectory.Copy(_directory.Data, _directory.Beside("killed"));
        }

        _directory.Restore(_directory.Beside("killed"));
        return signed;
    }

    private static async Task Append(Ledger ledger, long from, long end)
    {
        for (long next = from; next < end;)
        {
            int taken = (int)Math.Min(512, end - next);
            byte[][] records =
                [.. Enumerable.Range(0, taken).Select(i => Encoding.UTF8.GetBytes($"record {next + i}"))];
            await ledger.AppendAsync(new RecordBatch
            {
                Lengths = records.Select(static record => record.Length).ToArray(),
                Payload = records.SelectMany(static record => record).ToArray(),
            });
            next += taken;
        }
    }
}
