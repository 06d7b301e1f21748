// Which storage error stops the store, which one is damage, and which can be tried again: every operation has a row.

using LedgerStore.Engine.Files;
using Xunit;

namespace LedgerStore.Tests.Engine.Files;

public sealed class StorageExceptionTests
{
    private static readonly StorageOperation[] s_syncs =
        [StorageOperation.Sync, StorageOperation.SyncDirectory, StorageOperation.SyncFileSystem];

    private static readonly StorageOperation[] s_reads =
    [
        StorageOperation.Open, StorageOperation.Read, StorageOperation.Map, StorageOperation.Populate,
        StorageOperation.Stat, StorageOperation.List,
    ];

    private static readonly StorageOperation[] s_changes =
    [
        StorageOperation.Create, StorageOperation.Write, StorageOperation.SetLength, StorageOperation.Allocate,
        StorageOperation.Lock, StorageOperation.CreateDirectory, StorageOperation.Rename, StorageOperation.Delete,
        StorageOperation.ChangeMode, StorageOperation.FreeBytes,
    ];

    [Fact]
    public void Every_operation_is_a_sync_a_read_or_a_change() => Assert.Equal(
        Enum.GetValues<StorageOperation>().Order(), s_syncs.Concat(s_reads).Concat(s_changes).Order());

    [Fact]
    public void A_sync_that_fails_loses_what_was_written_whatever_its_reason() => Assert.All(s_syncs, operation =>
    {
        foreach (int errno in (int[])[FileErrno.InputOutput, FileErrno.NoSpace, FileErrno.QuotaExceeded])
        {
            StorageException failed = new(operation, errno, "/f");
            Assert.True(failed.LosesDurability);
            Assert.False(failed.IsRetryable || failed.IsReadFailure || failed.IsDamage);
        }
    });

    [Fact]
    public void A_read_that_fails_leaves_the_store_sound_and_is_damage_when_the_bytes_are_not_to_be_had() =>
        Assert.All(s_reads, operation =>
        {
            Assert.True(new StorageException(operation, FileErrno.InputOutput, "/f") is
            { IsReadFailure: true, IsDamage: true, LosesDurability: false, IsRetryable: false });
            Assert.True(new StorageException(operation, FileErrno.TooManyOpenFiles, "/f") is
            { IsReadFailure: true, IsDamage: false });
        });

    [Fact]
    public void A_change_is_tried_again_for_want_of_space_only() => Assert.All(s_changes, operation =>
    {
        Assert.True(new StorageException(operation, FileErrno.NoSpace, "/f") is
        { IsRetryable: true, LosesDurability: false, IsReadFailure: false });
        Assert.True(new StorageException(operation, FileErrno.InputOutput, "/f") is
        { IsRetryable: false, IsReadFailure: false, IsDamage: false });
    });
}
