// The store that the campaign attacks, made once: its whole life with expired, cold and held entries, a rotation, a
// missing anchor, producers and a frozen ledger; copies of earlier moments; and a stranger. Owned by the test class.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Server.Audit;
using LedgerStore.Tests.Policy;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

public sealed class CampaignHome : IDisposable
{
    public const string Payments = "payments";
    public const string Logins = "logins";
    public const string Closed = "closed";
    public const string Identity = "anna";
    public const string Producer = "till";
    private const int Segment = 65_536;
    private const int Batch = 1_024;
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly string _root = MakeRoot();
    private readonly SigningKey _first = SigningKey.Generate();
    private readonly List<string> _moments = [];
    private int _copies;

    public CampaignHome()
    {
        Live(Path.Combine(_root, "closed"));
        MakeStranger();
        Facts = StoreFacts.OfSound(this, Sound);
    }

    internal SigningKey Key { get; } = SigningKey.Generate();

    /// <summary>The store after a clean end, and as a crash leaves it.</summary>
    internal string Sound => Path.Combine(_root, "closed");

    internal string Crashed => Path.Combine(_root, "crashed");

    internal string Stranger => Path.Combine(_root, "stranger");

    internal IReadOnlyList<string> Moments => _moments;

    /// <summary>The newest checkpoint of each ledger, as somebody outside keeps it.</summary>
    internal IReadOnlyList<TrustedCheckpoint> Kept { get; private set; } = [];

    /// <summary>The policy that the server had last.</summary>
    internal CompiledPolicy Policy { get; private set; } = Samples.Compile(Samples.Design);

    /// <summary>What everybody who reads the sound store sees.</summary>
    internal StoreFacts Facts { get; }

    public void Dispose()
    {
        _first.Dispose();
        Key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    internal CampaignCopy Copy(string sound) =>
        new(sound, Path.Combine(_root, $"c{Interlocked.Increment(ref _copies)}"));

    /// <summary>Opens a store, or a copy, as a server does.</summary>
    internal static Store Open(
        string home, MovedTime time, SigningKey key, Action<DamageReport> onDamage, bool acceptMissing)
    {
        StoreOptions options = new()
        {
            Directory = home + "/data",
            ColdDirectory = home + "/cold",
            JournalBudgetBytes = 4 << 20,
            ReserveBytes = 64 << 10,
            PublicName = "ledger.example.org",
            Time = time,
            OnDamage = onDamage,
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { IsAutomatic = false },
            Signing = new SigningOptions
            {
                Key = key,
                AnchorPath = home + "/anchor",
                Interval = TimeSpan.FromMilliseconds(5),
                AcceptMissingAnchor = acceptMissing,
            },
        };
        StoreTuning tuning = new() { BufferBytes = 80 << 10, BufferCount = 3, JournalFileBytes = 256 << 10 };
        return Store.Open(options, tuning, new LinuxFileSystem());
    }

    /// <summary>The producer's sequence of an entry: it began when the masses were there.</summary>
    internal static long SequenceAt(long index) => index >= 2 * Segment ? index - (2 * Segment) + 1 : index + 1;

    /// <summary>Appends as a producer that counts.</summary>
    internal static AppendResult Append(Ledger ledger, long sequence, int count, string what) =>
        Append(ledger, sequence, count, what, Producer);

    /// <param name="producer">Empty: nobody counts.</param>
    private static AppendResult Append(Ledger ledger, long sequence, int count, string what, string producer)
    {
        byte[][] records =
            [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes($"{what} {sequence + i}"))];
        return ledger.AppendAsync(new RecordBatch
        {
            Appender = Encoding.UTF8.GetBytes(Identity),
            Producer = Encoding.UTF8.GetBytes(producer),
            FirstSequence = producer.Length == 0 ? 0 : sequence,
            Lengths = records.Select(record => record.Length).ToArray(),
            Payload = records.SelectMany(record => record).ToArray(),
        }).AsTask().GetAwaiter().GetResult();
    }

    internal static PublishedCheckpoint Sign(Ledger ledger, TimeSpan patience)
    {
        using CancellationTokenSource end = new(patience);
        return ledger.WaitForCheckpointAsync(ledger.Size, end.Token).AsTask().GetAwaiter().GetResult();
    }

    private static string MakeRoot()
    {
        // Thousands of copies: in memory, where that is.
        const string Memory = "/dev/shm";
        bool isRoomy = Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > 2L << 30;
        return isRoomy
            ? Directory.CreateDirectory($"{Memory}/ledgerstore-{Guid.NewGuid():n}").FullName
            : Directory.CreateTempSubdirectory("ledgerstore").FullName;
    }

    /// <summary>Appends until a ledger has so many more. Masses are nobody's: it takes time to look for whose an entry
    /// is.</summary>
    private static void Fill(Ledger ledger, int count, string what)
    {
        string producer = count < Segment ? Producer : string.Empty;
        long end = ledger.Size + count;
        while (ledger.Size < end)
        {
            Append(ledger, SequenceAt(ledger.Size), (int)Math.Min(Batch, end - ledger.Size), what, producer);
        }

        Sign(ledger, TimeSpan.FromMinutes(1));
    }

    /// <summary>The life of a store in forty days.</summary>
    private void Live(string home)
    {
        Directory.CreateDirectory(home + "/cold");
        MovedTime time = new(s_day * -40);
        using (Store store = Open(home, time, _first, static _ => { }, acceptMissing: false))
        {
            RecordPolicy(store, home, Samples.Policy("a: append: payments"));
            Fill(store.CreateLedger(Payments), Segment, "payment");
            Fill(store.CreateLedger(Logins, new LedgerOptions { IsSalted = true }), 600, "login");
            Fill(store.CreateLedger(Closed), 20, "last words");
        }

        Remember(home);
        time.Move(s_day * 10);
        using (Store store = Open(home, time, _first, static _ => { }, acceptMissing: false))
        {
            Ledger payments = store.GetLedger(Payments);
            Fill(payments, Segment, "payment");
            Fill(payments, 300, "payment");
            payments.SetRetention(new RetentionPolicy { ExpireAfter = s_day * 35, ColdAfter = s_day * 20 });
            RecordPolicy(store, home, Samples.Design);
            payments.ReleaseHold(payments.PlaceHold(0, 1_000, "over", "legal").Id);
            payments.PlaceHold(Segment, 0, "case 17", "legal");
            store.GetLedger(Logins).PlaceHold(0, 0, "case 18", "legal");
            SignAudit(store);
        }

        Remember(home);
        time.Move(s_day * 27);
        using (Store store = Open(home, time, _first, static _ => { }, acceptMissing: false))
        {
            Ledger payments = store.GetLedger(Payments);
            Work(store, payments);
            Remember(home);
            time.Move(TimeSpan.FromHours(26));
            Work(store, payments);
            Work(store, payments);
            Work(store, payments);
            LedgerDescription described = payments.Describe();
            Require(
                payments.FirstReadable == Segment,
                $"the first segment has expired ({described.ExpiryRefusal}, {store.TieringStatus})");
            Require(described.Tiers.Any(static tier => tier.Tier == "cold"), "the second one is cold");
        }

        Remember(home);
        Finish(home, time);
    }

    private void Finish(string home, MovedTime time)
    {
        time.Move(s_day);
        File.Delete(home + "/anchor");
        using (Store store = Open(home, time, _first, static _ => { }, acceptMissing: true))
        {
            store.RotateKeyAsync(Key).GetAwaiter().GetResult();
            SignAudit(store);
        }

        Remember(home);
        using (Store store = Open(home, time, Key, static _ => { }, acceptMissing: false))
        {
            Ledger payments = store.GetLedger(Payments);
            store.GetLedger(Logins).SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
            payments.SetRetention(new RetentionPolicy { ExpireAfter = s_day * 400, Floor = s_day * 365 });
            store.FreezeLedger(Closed, "no more of it");
            Fill(payments, 200, "payment");
            Fill(store.GetLedger(Logins), 100, "login");
            SignAudit(store);
            Kept = [.. store.LedgerNames.Select(name => TrustedCheckpoint.Parse(
                Sign(store.GetLedger(name), TimeSpan.FromMinutes(1)).Note.Span))];

            // The anchor is at most a second behind.
            Thread.Sleep(TimeSpan.FromSeconds(1.5));
            CampaignCopy.Clone(home, Crashed);
        }
    }

    /// <summary>What a server does when it is started with a policy.</summary>
    private void RecordPolicy(Store store, string home, string text)
    {
        string file = Path.Combine(_root, "policy.yaml");
        File.WriteAllText(file, text);
        Policy = Samples.Compile(text);
        new ChangeRecorder(AuditLog.Open(store), new EventQueue(), file, home + "/anchor.policy")
            .StartedAsync(Policy).AsTask().GetAwaiter().GetResult();
    }

    private void MakeStranger()
    {
        MovedTime time = new(s_day * -40);
        Directory.CreateDirectory(Stranger + "/cold");
        using Store store = Open(Stranger, time, _first, static _ => { }, acceptMissing: false);
        store.GetOrCreateLedger(LedgerStore.Engine.Format.LedgerName.Audit);
        Fill(store.CreateLedger(Payments), 700, "other payment");
        Fill(store.CreateLedger(Logins), 300, "other login");
        Fill(store.CreateLedger(Closed), 10, "other words");
        store.FreezeLedger(Closed, "for other reasons");
        store.GetLedger(Payments).SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        SignAudit(store);
    }

    private static void Work(Store store, Ledger ledger)
    {
        ledger.ApplyRetentionAsync().GetAwaiter().GetResult();
        SignAudit(store);
    }

    private static void SignAudit(Store store)
    {
        Ledger audit = store.GetLedger(LedgerStore.Engine.Format.LedgerName.Audit);
        if (audit.Size > 0)
        {
            Sign(audit, TimeSpan.FromMinutes(1));
        }
    }

    private void Remember(string home)
    {
        string moment = Path.Combine(_root, $"moment-{_moments.Count}");
        CampaignCopy.Clone(home, moment);
        _moments.Add(moment);
    }

    private static void Require(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new InvalidOperationException("the store that is to be attacked is not as it should be: " + what);
        }
    }
}
