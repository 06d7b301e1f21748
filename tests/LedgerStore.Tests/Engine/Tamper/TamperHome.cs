// The stores that are attacked: made once by a signing store, copied for each attack. Owned by the test class.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class TamperHome : IDisposable
{
    public const string Ledger = "payments";
    public const string Other = "logins";
    public const int OlderSize = 70_000;
    public const int Size = 140_000;

    /// <summary>Of <c>_audit</c>: from after the ledgers were filled.</summary>
    public const int LateEvent = 310;

    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private int _copies;

    public TamperHome()
    {
        using (Store store = Open(Sound, TimeSpan.FromMilliseconds(20)))
        {
            Append(store.GetOrCreateLedger(LedgerName.Audit), 300, "event");

            // It is not created last: what _audit said last is made again at a start, as a crash may have left it.
            Ledger payments = store.CreateLedger(Ledger);
            Append(store.CreateLedger(Other), 66_000, "login");
            Append(payments, OlderSize, "payment");
            Append(store.GetLedger(LedgerName.Audit), 20, "event");
            Keep(store, Ledger);
            Keep(store, LedgerName.Audit);
        }

        CopyStore(Sound, Older);
        using (Store store = Open(Sound, TimeSpan.FromMilliseconds(20)))
        {
            Append(store.GetLedger(Ledger), Size - OlderSize, "payment");
            Newest = TrustedCheckpoint.Parse(Keep(store, Ledger));
            Kept = [Newest, TrustedCheckpoint.Parse(Keep(store, LedgerName.Audit))];
        }

        // Two ways on from the older state: by the same key, other entries; and entries that nobody signed.
        CopyStore(Older, Forked);
        using (Store store = Open(Forked, TimeSpan.FromMilliseconds(20)))
        {
            Append(store.GetLedger(Ledger), Size - OlderSize + 500, "another payment");
            Keep(store, Ledger);
        }

        MakeUnsigned();
    }

    /// <summary>What a crash leaves right after entries were acknowledged, before they are signed.</summary>
    private void MakeUnsigned()
    {
        string running = Path.Combine(_root, "running");
        CopyStore(Sound, running);
        using Store store = Open(running, TimeSpan.FromHours(1));
        Append(store.GetLedger(Ledger), 50, "unsigned payment");
        CopyDirectory(running, Unsigned);
    }

    internal SigningKey Key { get; } = SigningKey.Generate();

    internal SigningKey OtherKey { get; } = SigningKey.Generate();

    internal TrustedCheckpoint Newest { get; }

    /// <summary>That, and the one of <c>_audit</c>.</summary>
    internal IReadOnlyList<TrustedCheckpoint> Kept { get; }

    /// <summary>The cold store, in which nothing is.</summary>
    internal string Cold => Path.Combine(_root, "cold");

    internal string Sound => Path.Combine(_root, "sound");

    internal string Older => Path.Combine(_root, "older");

    internal string Forked => Path.Combine(_root, "forked");

    internal string Unsigned => Path.Combine(_root, "unsigned");

    public void Dispose()
    {
        Key.Dispose();
        OtherKey.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    internal TamperedStore Copy()
    {
        string data = Path.Combine(_root, $"copy-{Interlocked.Increment(ref _copies)}");
        CopyDirectory(Sound, data);

        // It is not in the data directory: whoever reaches it too has an attack of its own.
        File.Copy(Sound + ".anchor", data + ".anchor");
        return new TamperedStore(this, data);
    }

    internal Store Open(
        string data, TimeSpan interval, bool acceptMissingAnchor = false, Action<DamageReport>? onDamage = null)
    {
        StoreOptions options = new()
        {
            Directory = data,
            JournalBudgetBytes = 32 << 20,
            ReserveBytes = 1 << 20,
            PublicName = "ledger.example.org",
            Scrub = new ScrubOptions { IsContinuous = false },
            OnDamage = onDamage ?? (static _ => { }),
            Signing = new SigningOptions
            {
                Key = Key,
                AnchorPath = data + ".anchor",
                Interval = interval,
                AcceptMissingAnchor = acceptMissingAnchor,
            },
        };
        StoreTuning tuning = new() { BufferBytes = 1 << 20, BufferCount = 4, JournalFileBytes = 8 << 20 };
        return Store.Open(options, tuning, new LinuxFileSystem());
    }

    internal static void Append(Ledger ledger, int count, string what)
    {
        const int Batch = 5_000;
        long first = ledger.Size;
        for (int done = 0; done < count; done += Batch)
        {
            long from = first + done;
            byte[][] records =
            [
                .. Enumerable.Range(0, Math.Min(Batch, count - done))
                    .Select(i => Encoding.UTF8.GetBytes($"{what} {from + i}")),
            ];
            ledger.AppendAsync(new RecordBatch
            {
                Lengths = records.Select(record => record.Length).ToArray(),
                Payload = records.SelectMany(record => record).ToArray(),
            }).AsTask().GetAwaiter().GetResult();
        }
    }

    private static void CopyStore(string from, string to)
    {
        CopyDirectory(from, to);
        File.Copy(from + ".anchor", to + ".anchor");
    }

    internal static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(file => Path.GetFileName(file) is not "LOCK"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string directory in Directory.GetDirectories(from))
        {
            CopyDirectory(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }

    /// <summary>The newest checkpoint of a ledger, as somebody outside would keep it.</summary>
    private static byte[] Keep(Store store, string name)
    {
        Ledger ledger = store.GetLedger(name);
        return ledger.WaitForCheckpointAsync(ledger.Size, CancellationToken.None).AsTask().GetAwaiter().GetResult()
            .Note.ToArray();
    }
}
