// Seeds of histories that once found a bug in the engine: they run every time, whatever block of seeds is chosen.
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class RememberedSeedTests
{
    [Theory]
    [InlineData(287)] // An anchor that a power cut had torn was called damaged.
    [InlineData(10011434)] // A frame in the page cache only was made into files, and lost by a power cut in recovery.
    [InlineData(1008)] // With a spare that was cut short and a disk that filled up, nobody made the next journal file.
    public void A_history_that_once_failed_holds(ulong seed) => new StoreHistory(seed).Run(lives: 3);
}
