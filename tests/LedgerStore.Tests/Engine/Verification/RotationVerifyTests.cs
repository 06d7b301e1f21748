// Verification of a store that rotated its key: from any of its keys, and from no other.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Tamper;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class RotationVerifyTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly SigningKey[] _keys = [SigningKey.Generate(), SigningKey.Generate(), SigningKey.Generate()];

    public void Dispose()
    {
        Array.ForEach(_keys, key => key.Dispose());
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Any_key_of_the_log_leads_to_all_of_them()
    {
        await MakeAsync();
        for (int i = 0; i < _keys.Length; i++)
        {
            VerifyReport report = Verify(_keys[i]);
            Assert.True(report.IsVerified, $"key {i}: {string.Join(" ", report.Findings)}");
            Assert.Equal(0, report.UnvouchedEntries);
            Assert.Equal(900, report.Ledgers[1].SignedSize);
        }
    }

    [Fact]
    public async Task The_old_key_alone_does_not_vouch_for_what_came_after_it()
    {
        await MakeAsync();

        // As if the statements were not there: each key counts for the sizes of its time only.
        File.Delete(Path.Combine(Data, "keys"));
        VerifyReport report = Verify(_keys[0]);
        Assert.False(report.IsVerified);
        Assert.All(report.Findings, f => Assert.Equal(VerifyFindingKind.CheckpointInvalid, f.Kind));
        Assert.True(report.Ledgers[1].SignedSize < 900);
    }

    [Fact]
    public async Task What_the_key_log_says_of_numbers_and_schemes_is_compared()
    {
        await MakeAsync();
        byte[] kept = await File.ReadAllBytesAsync(KeyLog);
        EditKeys(static key => key with { Number = key.Number == 2 ? 9 : key.Number });
        Assert.False(Verify(_keys[0]).IsVerified);

        await File.WriteAllBytesAsync(KeyLog, kept);
        EditKeys(static key => key.Number == 1 ? key with { Scheme = KeyScheme.Shared } : key);
        VerifyFinding[] found = [.. Verify(_keys[0]).Findings];
        Assert.All(found, static one => Assert.Equal(VerifyFindingKind.ClaimNotConfirmed, one.Kind));
        Assert.Contains(found, static one => one.Evidence.Contains("1, shared", StringComparison.Ordinal));
        Assert.Contains(found, static one => one.Evidence.Contains("is not so made", StringComparison.Ordinal));

        // Of the first key nothing is said in _audit.
        await File.WriteAllBytesAsync(KeyLog, kept);
        EditKeys(static key => key.Number == 0 ? key with { Scheme = KeyScheme.Shared } : key);
        Assert.Contains("is not so made", Assert.Single(Verify(_keys[0]).Findings).Evidence, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(KeyLog, kept);
        Assert.True(Verify(_keys[0]).IsVerified);
    }

    /// <summary>A statement that two keys signed is whole by itself, whoever has these keys: none of the log's leads to
    /// them.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rotation_between_keys_of_a_stranger_counts_for_nothing(bool isBefore)
    {
        await MakeAsync();
        UInt128 store = StoreFileAccess.Load(new LinuxFileSystem(), new StorePaths(Data)).StoreId;
        using SigningKey first = SigningKey.Generate();
        using SigningKey second = SigningKey.Generate();
        NoteSigner one = new(KeyName.Parse(Origin), first);
        NoteSigner two = new(KeyName.Parse(Origin), second);
        const ulong Size = 1_000_000;
        RotatedRecord rotated = new(
            7,
            1,
            new CheckpointRecord((long)Size, default, Checkpoint.Sign(Origin, Size, default, one, two).Bytes.ToArray()),
            KeyRotation.Create(Origin, one, two, Size).Note.Bytes.ToArray());
        (ushort, byte[])[] forged =
        [
            ((ushort)KeyRecordType.Rotated, rotated.Encode()),
            ((ushort)KeyRecordType.SchemeKey, new KeyRecord(7, 1, KeyScheme.Derived, new byte[32]).Encode()),
        ];
        int number = 0;
        LogEditor.Rewrite(
            KeyLog,
            new CommittedLogIdentity(CommittedLogKind.Keys, store, 0),
            (type, body) => isBefore && number++ == 1 ? [.. forged, (type, body)] : [(type, body)],
            isBefore ? [] : forged);

        // Its checkpoint, which the strangers signed, is of more entries than there are: it is not the log's.
        VerifyReport report = Verify(_keys[0]);
        Assert.Contains(report.Findings, f => f.Kind == VerifyFindingKind.CheckpointInvalid
            && f.Ledger == "payments" && f.Evidence.Contains("do not follow each other", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Findings, f => f.Kind == VerifyFindingKind.RolledBack
            && f.Evidence.Contains("signed by", StringComparison.Ordinal));
        StoreException refused = Assert.Throws<StoreException>(() =>
        {
            using Store store = Open(_keys[2]);
            store.GetLedger("payments");
        });
        Assert.True(refused.Reason is StoreReason.Corruption or StoreReason.KeyMismatch, refused.ToString());
    }

    private const string Origin = "ledger.example.org/payments";

    private string KeyLog => Path.Combine(Data, "keys");

    private void EditKeys(Func<KeyRecord, KeyRecord> edit)
    {
        UInt128 store = StoreFileAccess.Load(new LinuxFileSystem(), new StorePaths(Data)).StoreId;
        LogEditor.Rewrite(
            KeyLog,
            new CommittedLogIdentity(CommittedLogKind.Keys, store, 0),
            (type, body) => (KeyRecordType)type is KeyRecordType.Key or KeyRecordType.SchemeKey
                && edit(KeyRecord.Decode((KeyRecordType)type, body)) is { } edited
                    ? [((ushort)edited.Type, edited.Encode())]
                    : [(type, body)]);
    }

    private string Data => Path.Combine(_root, "data");

    private async Task MakeAsync()
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            using Store store = Open(_keys[i]);
            Ledger ledger = store.GetOrCreateLedger("payments");
            await VerifyStore.AppendAsync(ledger, 300);
            await ledger.WaitForCheckpointAsync(ledger.Size, CancellationToken.None);
            if (i + 1 < _keys.Length)
            {
                await store.RotateKeyAsync(_keys[i + 1]);
            }
        }
    }

    private Store Open(SigningKey key) => Store.Open(new StoreOptions
    {
        Directory = Data,
        JournalBudgetBytes = 256 << 20,
        ReserveBytes = 1 << 20,
        PublicName = "ledger.example.org",
        Signing = new SigningOptions { Key = key, AnchorPath = Data + ".anchor" },
    });

    private VerifyReport Verify(SigningKey key) => StoreVerifier.Verify(new VerifyOptions
    {
        DataDirectory = Data,
        FindKeys = DerivedKeys.Of(key),
    });
}
