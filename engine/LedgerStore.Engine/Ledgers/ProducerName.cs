// The key of a producer on a ledger: identity and producer name, looked up by spans so that a batch allocates nothing.
// Values and a stateless comparer: any thread.

namespace LedgerStore.Engine.Ledgers;

/// <summary>A producer as a batch names it: spans over the caller's message.</summary>
internal readonly ref struct ProducerName(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> producer)
{
    public readonly ReadOnlySpan<byte> Identity = identity;
    public readonly ReadOnlySpan<byte> Producer = producer;
}

/// <summary>The same, kept.</summary>
internal readonly record struct ProducerKey(byte[] Identity, byte[] Producer);

/// <summary>Compares keys by their bytes. The hash is seeded per process: nobody can aim at one bucket.</summary>
internal sealed class ProducerKeyComparer
    : IEqualityComparer<ProducerKey>, IAlternateEqualityComparer<ProducerName, ProducerKey>
{
    public static readonly ProducerKeyComparer Instance = new();

    public bool Equals(ProducerKey x, ProducerKey y) => Equals(new ProducerName(x.Identity, x.Producer), y);

    public int GetHashCode(ProducerKey key) => GetHashCode(new ProducerName(key.Identity, key.Producer));

    public bool Equals(ProducerName name, ProducerKey key) =>
        name.Producer.SequenceEqual(key.Producer) && name.Identity.SequenceEqual(key.Identity);

    public int GetHashCode(ProducerName name)
    {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        HashCode hash = default;
        hash.Add(name.Identity.Length);
        hash.AddBytes(name.Identity);
        hash.AddBytes(name.Producer);
        return hash.ToHashCode();
    }

    public ProducerKey Create(ProducerName name) => new(name.Identity.ToArray(), name.Producer.ToArray());
}

/// <summary>Compares identities by their bytes.</summary>
internal sealed class IdentityComparer
    : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly IdentityComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] identity) => GetHashCode(identity.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        HashCode hash = default;
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
