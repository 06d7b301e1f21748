// What state.log remembers of producers is compared with their entries: a forged record would take a batch twice, or
// refuse one that never came, or answer with the place of another one.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Tamper;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class ProducerCheckTests : IDisposable
{
    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_remembered_agrees_with_files_and_journal()
    {
        await Fill();
        Assert.Empty(Verify(_directory.Data).Findings);

        string crashed = _directory.Beside("crashed");
        using (Store store = _directory.Open())
        {
            await Append(store.GetLedger("payments"), "a", 701, 50);
            await Append(store.GetLedger("payments"), "new", 1, 300);
            SignedDirectory.Copy(_directory.Data, crashed);
        }

        Assert.Empty(Verify(crashed).Findings);
        Assert.Empty(Verify(_directory.Data).Findings);
    }

    [Theory]
    [InlineData("a smaller sequence", "could be appended again")]
    [InlineData("a larger sequence", "its entries go up to 700")]
    [InlineData("no record", "does not know")]
    [InlineData("another index", "is entry")]
    [InlineData("another time", "as the time of entry")]
    [InlineData("another fingerprint", "has not the fingerprint")]
    [InlineData("another name", "does not know")]
    public async Task A_forged_record_is_found(string how, string evidence)
    {
        await Fill();
        Rewrite(kept => how switch
        {
            "a smaller sequence" => kept with { LastSequence = 650, Batches = [] },
            "a larger sequence" => kept with { LastSequence = 900, Batches = [] },
            "no record" => null,
            "another index" => Last(kept, answer => answer with { FirstIndex = answer.FirstIndex + 1 }),
            "another time" => Last(kept, answer => answer with { ReceivedMicros = answer.ReceivedMicros + 1 }),
            "another fingerprint" => Last(kept, answer => answer with { Fingerprint = answer.Fingerprint + 1 }),
            _ => kept with { Producer = [(byte)'z'] },
        });
        VerifyReport report = Verify(_directory.Data);
        Assert.False(report.IsVerified);
        Assert.All(report.Findings, found => Assert.Equal(VerifyFindingKind.DerivedDataDamaged, found.Kind));
        Assert.Contains(report.Findings, found => found.Evidence.Contains(evidence, StringComparison.Ordinal));
    }

    private static ProducerSnapshot Last(ProducerSnapshot kept, Func<BatchAnswer, BatchAnswer> change) =>
        kept with { Batches = [.. kept.Batches[..^1], change(kept.Batches[^1])] };

    /// <summary>Changes the records of producer a.</summary>
    private void Rewrite(Func<ProducerSnapshot, ProducerSnapshot?> change)
    {
        LinuxFileSystem files = new();
        StorePaths paths = new(_directory.Data);
        UInt128 storeId = StoreFileAccess.Load(files, paths).StoreId;
        uint id = Catalog.Open(files, paths, storeId, FileAccessMode.ReadOnly).Find("payments")!.Id;
        LogEditor.Rewrite(
            paths.StateLog(id),
            new CommittedLogIdentity(CommittedLogKind.State, storeId, id),
            (type, body) =>
            {
                if ((StateRecordType)type != StateRecordType.Producer
                    || ProducerSnapshot.Decode(body) is not { Producer: [(byte)'a'] } kept)
                {
                    return [(type, body)];
                }

                return change(kept) is { } changed ? [(type, changed.Encode())] : [];
            });
    }

    private async Task Fill()
    {
        using Store store = _directory.Open();
        Ledger ledger = store.GetOrCreateLedger("payments");
        for (int first = 1; first <= 700; first += 50)
        {
            await Append(ledger, "a", first, 50);
            await Append(ledger, "b", first, 50);
            await SignedDirectory.Append(ledger, 3);
        }

        await ledger.WaitForCheckpointAsync(ledger.Size);
    }

    private static async Task Append(Ledger ledger, string producer, int first, int count)
    {
        int[] lengths = new int[count];
        Array.Fill(lengths, 10);
        await ledger.AppendAsync(new RecordBatch
        {
            Appender = "tester"u8,
            Producer = Encoding.UTF8.GetBytes(producer),
            FirstSequence = first,
            Lengths = lengths,
            Payload = new byte[10 * count],
        });
    }

    private VerifyReport Verify(string data) => StoreVerifier.Verify(new VerifyOptions
    {
        DataDirectory = data,
        FindKeys = DerivedKeys.Of(_directory.Key),
    });
}
