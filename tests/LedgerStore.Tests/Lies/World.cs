// The ledgers that the honest server has, and the other histories that a liar may show instead.
// Made once; any thread.

using System.Text;
using Google.Protobuf;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Client;

namespace LedgerStore.Tests.Lies;

internal sealed class World
{
    internal const string Store = "ledger.example.org";

    /// <summary>What is signed at the start of each command; two more entries are appended by some.</summary>
    internal const ulong Published = 300;

    /// <summary>What the client has seen before: its state says so.</summary>
    internal const ulong Seen = 200;

    /// <summary>A history that nobody can know to be another one who has seen no more than he has.</summary>
    internal const string UnseenFork = "a history that differs from entry 250 on, which was not seen";

    /// <summary>Where in _audit the tombstone of what has expired is.</summary>
    internal const ulong TombstoneIndex = 3;

    /// <summary>Where that of what expired in the indexed ledger is.</summary>
    internal const ulong IndexedTombstoneIndex = 7;

    /// <summary>What the commands that append append: the ledger has it behind what is published.</summary>
    internal static readonly string[] Appended = ["bob approved", "anna paid"];

    private const ulong FirstTime = 1_790_000_000_000_000;
    private const ulong Second = 1_000_000;

    // Whole bundles expire.
    private const ulong Expired = 256;
    private const ulong NoticeIndex = 1;
    private const ulong DaySeconds = 24 * 60 * 60;

    internal World(IEnumerable<HonestLedger> ledgers) => Ledgers = ledgers.ToDictionary(ledger => ledger.Name);

    internal IReadOnlyDictionary<string, HonestLedger> Ledgers { get; }

    /// <summary>The time of an entry.</summary>
    internal static DateTimeOffset TimeOf(ulong index) => DateTimeOffset.UnixEpoch.AddMicroseconds(
        FirstTime + (index * Second));

    /// <summary>What the honest server has.</summary>
    internal static World Honest { get; } = MakeHonest();

    /// <summary>Every other history, with what it is.</summary>
    internal static IReadOnlyList<(string Name, World World)> Others { get; } =
    [
        ("a history that differs from entry 150 on, which was seen", Honest.Map(static ledger => Fork(ledger, 150))),
        (UnseenFork, Honest.Map(static ledger => Fork(ledger, 250))),
        ("a history without its entry 150", Honest.Map(ledger => ledger.With(
            [.. ledger.Entries.Take(ledger.At(150)), .. ledger.Entries.Skip(ledger.At(151)), ledger.Entries[^1]]))),
        ("a history with entry 149 twice", Honest.Map(ledger => ledger.With(
            [.. ledger.Entries.Take(ledger.At(150)), .. ledger.Entries.Skip(ledger.At(149)).SkipLast(1)]))),
        ("a history with entries 150 and 151 exchanged", Honest.Map(ledger => ledger.With(
        [
            .. ledger.Entries.Take(ledger.At(150)), ledger.Entries[ledger.At(151)], ledger.Entries[ledger.At(150)],
            .. ledger.Entries.Skip(ledger.At(152)),
        ]))),
        ("the ledger demo in the place of the others, and other in the place of demo", Honest.Map(ledger =>
            Honest.Ledgers[ledger.Name == "demo" ? "other" : "demo"])),
        ("the true entries, signed by somebody else", Honest.Map(ledger => ledger.SignedBy(Key(99)))),
    ];

    private static HonestLedger Fork(HonestLedger ledger, int from) => ledger.With(
    [
        .. ledger.Entries.Select((entry, index) => index < ledger.At(from)
            ? entry
            : Entry((ulong)index, $"{ledger.Name}, another record {index}")),
    ]);

    private World Map(Func<HonestLedger, HonestLedger> change) => new(
        Ledgers.Select(ledger => Named(change(ledger.Value), ledger.Key)));

    // Found under the name that is asked for, whatever it is.
    private static HonestLedger Named(HonestLedger ledger, string name) =>
        ledger.Name == name ? ledger : ledger.As(name);

    private static World MakeHonest()
    {
        HonestLedger gone = Make("gone", [2], Expired);
        HonestLedger indexed = Make(
            IndexedLedger.Name, [10], IndexedLedger.Expired,
            (IndexedLedger.Unreadable, IndexedLedger.Unreadable + EntryBounds.EntriesPerBundle),
            static (_, index) => IndexedLedger.Entry(index, TimeOf(index)), IndexedLedger.Base);
        return new World(
        [
            Make("demo", [1]),
            gone,
            Make("other", [3]),
            Make("broken", [7], unreadable: (100, 110)),
            Make("rotated", [4, 5]),
            Make(HonestSearch.Ledger, [8]),
            Make(HonestSearch.IndexLedger, [9]),
            indexed,
            Make(IndexedLedger.Statements, [11], entry: (name, index) => index == 0
                ? IndexedLedger.Statement(indexed.Origin, TimeOf(0))
                : PlainEntry(name, index)),
            Make("_audit", [6], entry: (_, index) =>
                AuditEntry(index, gone.Root(Expired), indexed.Root(IndexedLedger.Expired))),
        ]);
    }

    private static HonestLedger Make(
        string name,
        byte[] keys,
        ulong expired = 0,
        (ulong First, ulong End)? unreadable = null,
        Func<string, ulong, byte[]>? entry = null,
        ulong before = 0)
    {
        KeyName origin = KeyName.Parse($"{Store}/{name}");
        byte[][] entries =
        [
            .. Enumerable.Range(0, (int)(before + Published))
                .Select(index => (entry ?? PlainEntry)(name, (ulong)index)),
            .. Appended.Select((text, index) => Entry(before + Published + (ulong)index, text)),
        ];
        NoteSigner[] signers = [.. keys.Select(key => new NoteSigner(origin, Key(key)))];
        return new HonestLedger(name, entries, signers, rotatedAt: 250)
        {
            Expired = expired,
            Damaged = unreadable,
            Base = before,
        };
    }

    private static byte[] PlainEntry(string name, ulong index) => Entry(index, $"{name}, record {index}");

    // What a store records of itself: accesses, and of what has expired in the ledger gone the notice, and a day later
    // the tombstone. Beside it are two that nobody may follow: one that came too early, and one that names no notice.
    private static byte[] AuditEntry(ulong index, Hash256 root, Hash256 indexedRoot)
    {
        Event recorded = index switch
        {
            NoticeIndex => new Event
            {
                ExpiryNotice = new ExpiryNotice { Ledger = "gone", Count = Expired, Policy = "retention" },
            },
            TombstoneIndex - 1 or TombstoneIndex => new Event { Tombstone = TombstoneOf(root, NoticeIndex) },
            TombstoneIndex + 1 => new Event { Tombstone = TombstoneOf(root, notice: null) },
            IndexedTombstoneIndex => new Event
            {
                Tombstone = new Tombstone
                {
                    Ledger = IndexedLedger.Name,
                    Count = IndexedLedger.Expired,
                    Root = ByteString.CopyFrom(indexedRoot.ToArray()),
                    Policy = "retention",
                },
            },
            _ => new Event
            {
                Access = new Access { Identity = "reader", Call = "ledgerstore.v1.Reader/Read", Ledger = "demo" },
            },
        };
        ulong seconds = index >= TombstoneIndex ? index + DaySeconds : index;
        return Entry(seconds, recorded.ToByteArray(), "application/x-ledgerstore-event", "ledgerstore");
    }

    private static Tombstone TombstoneOf(Hash256 root, ulong? notice)
    {
        Tombstone said = new()
        {
            Ledger = "gone",
            Count = Expired,
            Root = ByteString.CopyFrom(root.ToArray()),
            Policy = "retention",
        };
        if (notice is { } index)
        {
            said.Notice = index;
        }

        return said;
    }

    private static byte[] Entry(ulong index, string text) => Entry(index, Encoding.UTF8.GetBytes(text), "text/plain");

    private static byte[] Entry(ulong second, byte[] payload, string contentType, string appender = "tester") =>
        EntryBytes.Of(
            FirstTime + (second * Second), Encoding.ASCII.GetBytes(appender), default, 0,
            Encoding.ASCII.GetBytes(contentType), payload);

    private static SigningKey Key(byte number)
    {
        byte[] seed = new byte[32];
        seed.AsSpan().Fill(number);
        return SigningKey.FromSeed(seed);
    }
}
