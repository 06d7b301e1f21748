// A cold store in memory, that can be away, full, or wrong on demand. One thread at a time.
using LedgerStore.Engine;

namespace LedgerStore.Tests.Engine.Tiering;

internal sealed class MemoryColdStore : IColdStore
{
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public List<(string Name, long Offset, int Length)> Reads { get; } = [];

    /// <summary>What was asked to be kept, in order.</summary>
    public List<(string Name, DateTimeOffset Until)> Kept { get; } = [];

    public bool IsAway { get; set; }

    public bool IsFull { get; set; }

    public string Description => "memory";

    public ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        Check();
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> PutIfAbsentAsync(
        string name, Stream file, DateTimeOffset? keepUntil, CancellationToken cancellationToken)
    {
        Check();
        if (IsFull)
        {
            throw new ColdStoreException(ColdStoreFailure.Full, "no space");
        }

        byte[] bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        return new ValueTask<bool>(Files.TryAdd(name, bytes));
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        string name, long offset, int length, CancellationToken cancellationToken)
    {
        Check();
        Reads.Add((name, offset, length));
        if (!Files.TryGetValue(name, out byte[]? file))
        {
            throw new ColdStoreException(ColdStoreFailure.Missing, $"there is no file '{name}'");
        }

        int from = (int)Math.Min(offset, file.Length);
        return new ValueTask<ReadOnlyMemory<byte>>(file.AsMemory(from, Math.Min(length, file.Length - from)).ToArray());
    }

    public ValueTask<bool> KeepUntilAsync(string name, DateTimeOffset until, CancellationToken cancellationToken)
    {
        Check();
        Kept.Add((name, until));
        return new ValueTask<bool>(Files.ContainsKey(name));
    }

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Check();
        return new ValueTask<bool>(Files.Remove(name));
    }

    private void Check()
    {
        if (IsAway)
        {
            throw new ColdStoreException(ColdStoreFailure.Away, "out for lunch");
        }
    }
}
