// Random numbers of a store in a simulation: the same seed, the same ids, nonces and salts.
// Owned by one simulation, on one thread.
using System.Security.Cryptography;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>A generator that gives what the seed says.</summary>
internal sealed class SeededBytes(ulong seed) : RandomNumberGenerator
{
    private readonly SplitMix _random = new(seed);

    public override void GetBytes(byte[] data) => _random.Fill(data);

    public override void GetBytes(Span<byte> data) => _random.Fill(data);
}
