// A client, a verifier that has seen a checkpoint, and what came out of what was done with them.
// Owned by one run.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Lies;

internal sealed class LibraryRun : IDisposable
{
    private readonly StringBuilder _text = new();

    internal LibraryRun(Workbench bench, TimeProvider time, string ledger)
    {
        Time = time;
        HonestLedger honest = World.Honest.Ledgers[ledger];
        Client = bench.Connect(time);
        Verifier = Client.CreateVerifier(ledger, new VerifierOptions
        {
            Vkey = honest.Vkey,
            TrustedCheckpoint = honest.Sign(World.Seen),
        });
        Reader = Client.CreateReader(ledger);
    }

    internal TimeProvider Time { get; }

    internal LedgerClient Client { get; }

    internal Verifier Verifier { get; }

    internal Reader Reader { get; }

    internal VerifiedReader Proven => Reader.Verified(Verifier);

    internal string Text => _text.ToString();

    public void Dispose()
    {
        Verifier.Dispose();
        Client.Dispose();
    }

    internal void Tell(string line) => _text.Append(line).Append('\n');

    internal void Tell(VerifiedCheckpoint checkpoint) => Tell($"size {checkpoint.Size} root {checkpoint.Root}");

    internal void Tell(Receipt receipt) => Tell(Encoding.UTF8.GetString(receipt.Format()));

    internal void Tell(LedgerEntry entry) => Tell($"{entry.Index} {Convert.ToHexString(entry.Bytes.Span)}");

    internal async Task<LedgerEntry> EntryAsync(ulong index) =>
        await Proven.ReadEntriesAsync(ReadOptions.Range(index, 1)).FirstAsync();

    internal async Task TellAsync(IAsyncEnumerable<LedgerEvent> events)
    {
        await foreach (LedgerEvent next in events)
        {
            switch (next)
            {
                case LedgerEntry entry:
                    Tell(entry);
                    break;
                case ExpiredRange gone:
                    Tell($"expired {gone.FirstIndex} {gone.Count} {gone.Root} {gone.Tombstone}");
                    break;
                default:
                    Tell(next.GetType().Name);
                    break;
            }
        }
    }

    internal async Task TellAsync<T>(IAsyncEnumerable<T> messages)
        where T : class
    {
        await foreach (T message in messages)
        {
            Tell(message.ToString()!);
        }
    }
}
