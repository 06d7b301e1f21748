// The key log in the hands of somebody who may write files and has not the store's key, or only one ledger's: what it
// may say, and what a start believes of it.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class KeyLogTests : IDisposable
{
    private readonly SignedDirectory _directory = new();
    private readonly SigningKey _attacker = SigningKey.Generate();

    private static string Origin => "localhost/payments";

    public void Dispose()
    {
        _attacker.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void The_records_are_those_of_the_document()
    {
        byte[] publicKey = [.. Enumerable.Range(0, 32).Select(i => (byte)(0xA0 + i))];
        KeyRecord derived = new(3, 0x0102, KeyScheme.Derived, publicKey);
        Assert.Equal(KeyRecordType.SchemeKey, derived.Type);
        Assert.Equal(
            "03000000" + "0201000000000000" + "02000000" + Convert.ToHexString(publicKey),
            Convert.ToHexString(derived.Encode()));
        KeyRecord shared = derived with { Scheme = KeyScheme.Shared };
        Assert.Equal(KeyRecordType.Key, shared.Type);
        Assert.Equal(
            "03000000" + "0201000000000000" + Convert.ToHexString(publicKey), Convert.ToHexString(shared.Encode()));
        foreach (KeyRecord record in (KeyRecord[])[derived, shared])
        {
            KeyRecord read = KeyRecord.Decode(record.Type, record.Encode());
            Assert.Equal((record.Number, record.Micros, record.Scheme), (read.Number, read.Micros, read.Scheme));
            Assert.Equal(record.PublicKey, read.PublicKey);
        }

        foreach (byte scheme in (byte[])[0, 1, 3])
        {
            byte[] body = derived.Encode();
            body[12] = scheme;
            Assert.Throws<MalformedDataException>(() => KeyRecord.Decode(KeyRecordType.SchemeKey, body));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_signed_and_has_no_key_log_signs_nothing(bool withoutAnchor)
    {
        await _directory.AppendSigned("payments", 10);
        File.Delete(Path.Combine(_directory.Data, "keys"));
        if (withoutAnchor)
        {
            File.Delete(_directory.Anchor);
        }

        StoreException refused = Assert.Throws<StoreException>(() => _directory.Open());
        Assert.Equal(StoreReason.Corruption, refused.Reason);
        Assert.False(File.Exists(Path.Combine(_directory.Data, "keys")));
    }

    [Fact]
    public async Task A_log_that_says_another_scheme_is_refused_with_the_right_key()
    {
        await _directory.AppendSigned("payments", 10);
        WriteLog(new KeyRecord(0, 1, KeyScheme.Shared, _directory.Key.PublicKey.ToArray()), rotated: null);
        Assert.Equal(StoreReason.KeyMismatch, Reason());
    }

    /// <summary>Whoever has the key of a ledger can rotate that ledger's key to one of his own, for verifiers that ask
    /// him. The store does not follow him.</summary>
    [Fact]
    public async Task The_key_of_a_ledger_does_not_rotate_the_stores()
    {
        PublishedCheckpoint signed = await _directory.AppendSigned("payments", 10);
        KeyName name = KeyName.Parse(Origin);
        using SigningKey stolen = LedgerKeyDerivation.Derive(_directory.Key, name);
        NoteSigner oldSigner = new(name, stolen);
        NoteSigner newSigner = new(name, _attacker);
        byte[] note = Checkpoint.Sign(
            Origin, (ulong)signed.Size, signed.Root, oldSigner, newSigner).Bytes.ToArray();
        byte[] statement =
            KeyRotation.Create(Origin, oldSigner, newSigner, (ulong)signed.Size).Note.Bytes.ToArray();
        WriteLog(
            new KeyRecord(1, 1, KeyScheme.Derived, _directory.Key.PublicKey.ToArray()),
            id => new RotatedRecord(1, id, new CheckpointRecord(signed.Size, signed.Root, note), statement));
        Assert.Equal(StoreReason.KeyMismatch, Reason());
    }

    [Fact]
    public async Task What_is_read_only_tells_keys_with_the_stores_key_and_none_without()
    {
        await _directory.AppendSigned("payments", 10);
        string vkey = LogKeyFile.VerifierKeyOf(Origin, _directory.Key);
        foreach ((SigningKey? key, string? expected) in new (SigningKey?, string?)[]
        {
            (_directory.Key, vkey), (_attacker, null), (null, null),
        })
        {
            using Store store = Store.Open(new StoreOptions
            {
                Directory = _directory.Data,
                ReadOnly = true,
                KeyForReading = key,
            });
            Assert.Equal(expected, store.GetLedger("payments").VerifierKey);
            Assert.Equal(10, store.GetLedger("payments").Checkpoint!.Size);
        }
    }

    [Fact]
    public async Task All_keys_of_a_store_are_told_from_its_files_and_its_key_while_it_runs()
    {
        using Store store = _directory.Open();
        await SignedDirectory.AppendSigned(store.CreateLedger("payments"), 3);
        store.CreateLedger("empty");
        Assert.Equal(
            store.LedgerNames.Select(name => store.GetLedger(name).VerifierKey),
            StoreVkeys.Read(_directory.Data, _directory.Key).Select(key => key.ToString()));
        StoreException refused = Assert.Throws<StoreException>(() => StoreVkeys.Read(_directory.Data, _attacker));
        Assert.Equal(StoreReason.KeyMismatch, refused.Reason);
    }

    private StoreReason? Reason()
    {
        // At the start, or when the ledger is used for the first time.
        StoreException refused = Assert.Throws<StoreException>(() =>
        {
            using Store store = _directory.Open();
            _ = store.GetLedger("payments").Checkpoint;
        });
        return refused.Reason;
    }

    private void WriteLog(KeyRecord key, Func<uint, RotatedRecord>? rotated)
    {
        LinuxFileSystem files = new();
        StorePaths paths = new(_directory.Data);
        UInt128 storeId = StoreFileAccess.Load(files, paths).StoreId;
        uint id = Catalog.Open(files, paths, storeId, FileAccessMode.ReadOnly).Find("payments")!.Id;
        File.Delete(paths.Keys);
        CommittedLog log = CommittedLog.CreateNew(
            files, paths.Keys, new CommittedLogIdentity(CommittedLogKind.Keys, storeId, 0));
        if (rotated is not null)
        {
            KeyRecord first = key with { Number = 0 };
            log.Append((ushort)first.Type, first.Encode());
            log.Append((ushort)KeyRecordType.Rotated, rotated(id).Encode());
        }

        log.Append((ushort)key.Type, key.Encode());
        log.CommitNow();
    }
}
