// What every file system must do, checked against the real one and against the simulated one by two small classes.
// Each test has its own directory.

using LedgerStore.Engine.Files;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Files;

public abstract class FileSystemContract
{
    private protected abstract IFileSystem Files { get; }

    private protected abstract string Root { get; }

    [Fact]
    public void A_new_file_is_empty_and_what_is_written_can_be_read()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        Assert.Equal(0, file.Length);
        Assert.Equal(At("a"), file.Path);

        file.Write(0, "hello"u8);
        file.Write(5, " world"u8);
        file.Sync();

        Assert.Equal(11, file.Length);
        Assert.Equal("hello world"u8.ToArray(), ReadAll(file));
    }

    [Fact]
    public void A_gap_and_an_extension_read_as_zeros()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.Write(10_000, "x"u8);
        file.SetLength(20_000);

        byte[] all = ReadAll(file);
        Assert.Equal(20_000, all.Length);
        Assert.Equal((byte)'x', all[10_000]);
        Assert.Equal(1, all.Count(b => b != 0));
    }

    [Fact]
    public void Bytes_cut_off_come_back_as_zeros()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.Write(0, Filled(9_000, 7));
        file.SetLength(5_000);
        file.SetLength(9_000);

        byte[] all = ReadAll(file);
        Assert.True(all.AsSpan(0, 5_000).IndexOfAnyExcept((byte)7) < 0);
        Assert.True(all.AsSpan(5_000).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Reading_at_the_end_gives_what_is_there_and_beyond_it_nothing()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.Write(0, "hello"u8);
        byte[] bytes = new byte[10];
        Assert.Equal(3, file.Read(2, bytes));
        Assert.Equal(0, file.Read(5, bytes));
        Assert.Equal(0, file.Read(5_000, bytes));
        Assert.Equal(0, file.Read(0, []));
        file.Write(1_000, []);
        Assert.Equal(5, file.Length);
    }

    [Fact]
    public void Writes_of_every_alignment_behave_like_an_array()
    {
        SplitMix random = new(42);
        byte[] model = new byte[40_000];
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.SetLength(model.Length);
        for (int i = 0; i < 200; i++)
        {
            int offset = random.Below(model.Length);
            byte[] bytes = new byte[random.Below(Math.Min(10_000, model.Length - offset))];
            random.Fill(bytes);
            file.Write(offset, bytes);
            bytes.CopyTo(model, offset);
            int from = random.Below(model.Length);
            byte[] read = new byte[random.Below(10_000)];
            int count = file.Read(from, read);
            Assert.Equal(Math.Min(read.Length, model.Length - from), count);
            Assert.True(read.AsSpan(0, count).SequenceEqual(model.AsSpan(from, count)));
        }
    }

    [Fact]
    public void Create_refuses_a_file_that_exists_and_open_one_that_does_not()
    {
        Files.Create(At("a"), FileAccessMode.ReadWrite).Dispose();
        StorageException exists = Fails(() => Files.Create(At("a"), FileAccessMode.ReadWrite));
        Assert.True(exists.IsExists);
        Assert.Equal(StorageOperation.Create, exists.Operation);
        Assert.Equal(At("a"), exists.Path);

        StorageException missing = Fails(() => Files.Open(At("b"), FileAccessMode.ReadOnly));
        Assert.True(missing.IsNotFound);
        Assert.Equal(StorageOperation.Open, missing.Operation);
        Assert.True(Fails(() => Files.Create(At("no/b"), FileAccessMode.ReadWrite)).IsNotFound);
    }

    [Fact]
    public void A_read_only_handle_cannot_write()
    {
        Files.Create(At("a"), FileAccessMode.ReadWrite).Dispose();
        using IFile file = Files.Open(At("a"), FileAccessMode.ReadOnly);
        Assert.Equal(FileErrno.BadDescriptor, Fails(() => file.Write(0, "x"u8)).Errno);
    }

    [Fact]
    public void A_disposed_file_refuses_every_call()
    {
        IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Length);
        Assert.Throws<ObjectDisposedException>(() => file.Write(0, "x"u8));
        Assert.Throws<ObjectDisposedException>(() => file.Read(0, new byte[1]));
        Assert.Throws<ObjectDisposedException>(file.Sync);
        Assert.Throws<ObjectDisposedException>(() => file.SetLength(1));
        Assert.Throws<ObjectDisposedException>(() => file.Allocate(0, 1));
        Assert.Throws<ObjectDisposedException>(() => file.Advise(FileAdvice.WillNeed, 0, 1));
    }

    [Fact]
    public void Negative_offsets_and_lengths_are_our_bug_and_not_an_errno()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        Assert.ThrowsAny<ArgumentException>(() => file.Write(-1, "x"u8));
        Assert.ThrowsAny<ArgumentException>(() => file.Read(-1, new byte[1]));
        Assert.ThrowsAny<ArgumentException>(() => file.SetLength(-1));
        Assert.ThrowsAny<ArgumentException>(() => file.Allocate(0, 0));
    }

    [Fact]
    public void Allocate_extends_the_file_with_zeros_and_keeps_what_was_there()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.Write(0, "hello"u8);
        file.Allocate(0, 100_000);
        Assert.Equal(100_000, file.Length);
        byte[] all = ReadAll(file);
        Assert.Equal("hello"u8.ToArray(), all[..5]);
        Assert.True(all.AsSpan(5).IndexOfAnyExcept((byte)0) < 0);
        file.Allocate(0, 1_000);
        Assert.Equal(100_000, file.Length);
    }

    [Fact]
    public void Advice_changes_nothing()
    {
        using IFile file = Files.Create(At("a"), FileAccessMode.ReadWrite);
        file.Write(0, "hello"u8);
        file.Sync();
        foreach (FileAdvice advice in Enum.GetValues<FileAdvice>())
        {
            file.Advise(advice, 0, 0);
        }

        Assert.Equal("hello"u8.ToArray(), ReadAll(file));
    }

    [Fact]
    public void A_rename_replaces_and_open_handles_follow_the_file()
    {
        Put("old", "old");
        using IFile replaced = Files.Open(At("old"), FileAccessMode.ReadOnly);
        using IFile moved = Files.Create(At("new"), FileAccessMode.ReadWrite);
        moved.Write(0, "new"u8);

        Files.Rename(At("new"), At("old"));
        Files.SyncDirectory(Root);

        Assert.Equal(["old"], Files.List(Root));
        Assert.Equal("new"u8.ToArray(), Get("old"));
        Assert.Equal("old"u8.ToArray(), ReadAll(replaced));
        moved.Write(0, "now"u8);
        Assert.Equal("now"u8.ToArray(), Get("old"));
        Assert.True(Fails(() => Files.Rename(At("new"), At("old"))).IsNotFound);
    }

    [Fact]
    public void A_deleted_file_is_gone_but_open_handles_and_maps_can_still_read_it()
    {
        Put("a", "hello");
        using IFile file = Files.Open(At("a"), FileAccessMode.ReadOnly);
        using IMappedFile map = Files.MapReadOnly(At("a"));
        Files.Delete(At("a"));
        Assert.False(Files.Exists(At("a")));
        Assert.Empty(Files.List(Root));
        Assert.Equal("hello"u8.ToArray(), ReadAll(file));
        Assert.True(map.TryAcquire(out MappedFileLease lease));
        using (lease)
        {
            Assert.True(map.TryPopulate(0, 5, out _));
            Assert.True(map.Span(0, 5).SequenceEqual("hello"u8));
        }

        Assert.True(Fails(() => Files.Delete(At("a"))).IsNotFound);
    }

    [Fact]
    public void Directories_are_created_listed_in_order_renamed_and_deleted_when_empty()
    {
        Files.CreateDirectory(At("d"));
        Put("d/b", "");
        Put("d/B", "");
        Put("d/a", "");
        Files.SyncDirectory(At("d"));
        Assert.Equal(["B", "a", "b"], Files.List(At("d")));
        Assert.True(Fails(() => Files.CreateDirectory(At("d"))).IsExists);
        Assert.True(Fails(() => Files.CreateDirectory(At("x/y"))).IsNotFound);
        Assert.Equal(FileErrno.NotEmpty, Fails(() => Files.Delete(At("d"))).Errno);

        Files.Rename(At("d"), At("e"));
        Assert.False(Files.Exists(At("d/a")));
        Assert.True(Files.Exists(At("e/a")));
        Assert.True(Files.Exists(At("e")));
        foreach (string name in Files.List(At("e")))
        {
            Files.Delete(At("e/" + name));
        }

        Files.Delete(At("e"));
        Assert.False(Files.Exists(At("e")));
    }

    [Fact]
    public void Syncing_or_listing_what_is_no_directory_fails_with_its_errno()
    {
        Put("a", "");
        Assert.Equal(FileErrno.NotADirectory, Fails(() => Files.SyncDirectory(At("a"))).Errno);
        Assert.Equal(FileErrno.NotADirectory, Fails(() => Files.List(At("a"))).Errno);
        Assert.True(Fails(() => Files.SyncDirectory(At("b"))).IsNotFound);
        Assert.True(Fails(() => Files.List(At("b"))).IsNotFound);
        Assert.True(Fails(() => Files.SyncFileSystem(At("b"))).IsNotFound);
        Assert.True(Fails(() => Files.FreeBytes(At("b"))).IsNotFound);
        Assert.False(Files.Exists(At("a/b")));
        Files.SyncFileSystem(Root);
        Assert.True(Files.FreeBytes(Root) > 0);
    }

    [Fact]
    public void The_lock_excludes_and_is_given_back()
    {
        using (Files.Lock(At("LOCK")))
        {
            DataDirectoryInUseException refused =
                Assert.Throws<DataDirectoryInUseException>(() => Files.Lock(At("LOCK")));
            Assert.Equal(Environment.ProcessId, refused.ProcessId);
            Assert.Contains(At("LOCK"), refused.Message, StringComparison.Ordinal);
        }

        Files.Lock(At("LOCK")).Dispose();
        Assert.True(Files.Exists(At("LOCK")));
    }

    [Fact]
    public void Readers_share_a_lock_that_keeps_owners_out()
    {
        Assert.True(Fails(() => Files.LockShared(At("LOCK"))).IsNotFound);
        IDisposable owner = Files.Lock(At("LOCK"));
        Assert.Throws<DataDirectoryInUseException>(() => Files.LockShared(At("LOCK")));
        owner.Dispose();
        using IDisposable reader = Files.LockShared(At("LOCK"));
        Files.LockShared(At("LOCK")).Dispose();
        Assert.Throws<DataDirectoryInUseException>(() => Files.Lock(At("LOCK")));
    }

    [Fact]
    public void A_map_shows_the_file_and_checks_ranges()
    {
        byte[] bytes = new byte[20_000];
        new SplitMix(1).Fill(bytes);
        Put("a", bytes);
        using IMappedFile map = Files.MapReadOnly(At("a"));
        Assert.Equal(20_000, map.Length);
        Assert.True(map.TryAcquire(out MappedFileLease lease));
        using (lease)
        {
            Assert.True(map.TryPopulate(5_000, 10_001, out StorageException? error));
            Assert.Null(error);
            Assert.True(map.Span(5_000, 10_001).SequenceEqual(bytes.AsSpan(5_000, 10_001)));
            map.Advise(FileAdvice.WillNeed, 0, 0);
            Assert.Equal(0, map.Span(20_000, 0).Length);
            Assert.ThrowsAny<ArgumentException>(() => map.Span(19_999, 2).Length);
            Assert.ThrowsAny<ArgumentException>(() => map.Span(-1, 1).Length);
            Assert.ThrowsAny<ArgumentException>(() => map.TryPopulate(20_001, 1, out _));
            Assert.ThrowsAny<ArgumentException>(() => map.TryPopulate(long.MaxValue, int.MaxValue, out _));
        }

        Put("empty", "");
        using IMappedFile empty = Files.MapReadOnly(At("empty"));
        Assert.Equal(0, empty.Length);
        Assert.True(empty.TryAcquire(out lease));
        Assert.True(empty.TryPopulate(0, 0, out _));
        lease.Dispose();
    }

    [Fact]
    public void A_mapped_file_that_was_cut_gives_an_error_and_not_a_signal()
    {
        Put("a", Filled(20_000, 1));
        using IMappedFile map = Files.MapReadOnly(At("a"));
        CutFromOutside("a", 5_000);
        Assert.True(map.TryAcquire(out MappedFileLease lease));
        using (lease)
        {
            Assert.True(map.TryPopulate(0, 8_192, out _));
            Assert.False(map.TryPopulate(0, 20_000, out StorageException? error));
            Assert.Equal(FileErrno.BadAddress, error!.Errno);
            Assert.Equal(StorageOperation.Populate, error.Operation);
            Assert.Equal(At("a"), error.Path);
        }
    }

    [Fact]
    public void The_memory_stays_mapped_until_the_last_lease_is_returned()
    {
        Put("a", "hello");
        IMappedFile map = Files.MapReadOnly(At("a"));
        Assert.True(map.TryAcquire(out MappedFileLease first));
        Assert.True(map.TryAcquire(out MappedFileLease second));
        Assert.True(map.TryPopulate(0, 5, out _));

        map.Dispose();
        map.Dispose();

        Assert.False(map.TryAcquire(out _));
        first.Dispose();
        Assert.True(map.Span(0, 5).SequenceEqual("hello"u8));
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Span(0, 5).Length);
    }

    [Fact]
    public void A_read_only_file_can_be_read_mapped_renamed_and_deleted()
    {
        using (IFile writer = Files.Create(At("a"), FileAccessMode.ReadWrite))
        {
            Files.MakeReadOnly(At("a"));
            writer.Write(0, "hello"u8);
        }

        Assert.Equal("hello"u8.ToArray(), Get("a"));
        Files.Rename(At("a"), At("b"));
        Files.Delete(At("b"));
        Assert.True(Fails(() => Files.MakeReadOnly(At("b"))).IsNotFound);
    }

    private protected static StorageException Fails(Action action) => Assert.Throws<StorageException>(action);

    private protected static byte[] Filled(int count, byte value)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private protected static byte[] ReadAll(IFile file)
    {
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }

    private protected string At(string name) => Root + "/" + name;

    private protected void Put(string name, string text) => Put(name, System.Text.Encoding.UTF8.GetBytes(text));

    private protected void Put(string name, byte[] bytes)
    {
        using IFile file = Files.Create(At(name), FileAccessMode.ReadWrite);
        file.Write(0, bytes);
    }

    private protected byte[] Get(string name)
    {
        using IFile file = Files.Open(At(name), FileAccessMode.ReadOnly);
        return ReadAll(file);
    }

    private void CutFromOutside(string name, long length)
    {
        if (Files is SimulatedFileSystem simulated)
        {
            simulated.CutFile(At(name), length);
            return;
        }

        using IFile file = Files.Open(At(name), FileAccessMode.ReadWrite);
        file.SetLength(length);
    }
}
