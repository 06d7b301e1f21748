// Entries that are hashed before the disk has synced them, while a round of signing comes in between: they are signed
// when they are durable, though nothing grows any more.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class HashedAheadTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly ManualResetEventSlim _maySync = new(initialState: true);

    public void Dispose()
    {
        _maySync.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task What_a_round_of_signing_found_hashed_and_not_durable_is_signed_by_the_next()
    {
        using SigningKey key = SigningKey.Generate();
        StoreOptions options = new()
        {
            Directory = Path.Combine(_root, "data"),
            Signing = new SigningOptions
            {
                Key = key,
                AnchorPath = Path.Combine(_root, "anchor"),
                Interval = s_interval,
            },
        };
        using Store store = Store.Open(options, StoreTuning.Default, new SlowDisk(new LinuxFileSystem(), _maySync));
        Ledger ledger = store.CreateLedger("payments");
        for (int pair = 1; pair <= 3; pair++)
        {
            await ledger.AppendAsync(new byte[] { 1 });
            _maySync.Reset();
            ValueTask<AppendResult> slow = ledger.AppendAsync(new byte[] { 2 });
            await Task.Delay(3 * s_interval);
            _maySync.Set();
            await slow;
            using CancellationTokenSource patience = new(s_patience);
            while ((ledger.Checkpoint?.Size ?? 0) < 2 * pair)
            {
                await Task.Delay(10, patience.Token);
            }
        }
    }

    private sealed class SlowDisk(IFileSystem below, ManualResetEventSlim maySync) : ForwardingFileSystem(below)
    {
        protected override IFile Wrap(IFile file) =>
            file.Path.EndsWith(".jnl", StringComparison.Ordinal) ? new SlowFile(file, maySync) : file;
    }

    private sealed class SlowFile(IFile below, ManualResetEventSlim maySync) : ForwardingFile(below)
    {
        public override void Sync()
        {
            maySync.Wait();
            base.Sync();
        }
    }
}
