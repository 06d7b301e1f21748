// Sizes that no user needs to set and that tests make small, so that every queue fills and every file turns over.
// Immutable.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine;

/// <summary>The inner sizes of a store.</summary>
internal sealed record StoreTuning
{
    public static StoreTuning Default { get; } = new();

    public int BufferBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>One fills, one is synced, the others absorb a slow sync or a busy bundler.</summary>
    public int BufferCount { get; init; } = 6;

    public long JournalFileBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Memory of bundles that are not on the disk: beyond it, idle ledgers are written and put to
    /// rest.</summary>
    public long HeldBytesMax { get; init; } = 160L * 1024 * 1024;

    /// <summary>Threads beside the bundler that hash and compress.</summary>
    public int HashHelpers { get; init; } = Math.Max(0, (Environment.ProcessorCount / 2) - 1);

    /// <summary>Processor time of the calling thread, for the budget of signing. A simulation has no such
    /// time.</summary>
    public Func<long> SigningCpuNanos { get; init; } = ThreadClock.Nanos;

    public void Check()
    {
        Invariant.That(
            (long)BufferBytes * BufferCount <= JournalFileBytes - JournalFileHeader.PageBytes - FrameHeader.Alignment,
            "all buffers together fit one journal file, whatever is left of the current one");
        Invariant.That(BufferCount >= 3, "one buffer fills, one is synced, one is bundled");
    }
}
