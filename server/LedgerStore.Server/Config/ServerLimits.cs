// Every limit of the server, each with its reason; the engine's are in StoreLimits. What an operator may need to change
// is a setting, and here is its default. Constants; the relations between them are checked by a test.
using LedgerStore.Engine;

namespace LedgerStore.Server.Config;

/// <summary>The limits of a server.</summary>
internal static class ServerLimits
{
    // Connections.

    /// <summary>Setting limits.connections. An idle one costs some 50 KB: 200 MB.</summary>
    public const int Connections = 4_096;

    /// <summary>Setting limits.connections_per_address: a quarter, so that one machine cannot keep all others out, and
    /// enough for all clients behind one address.</summary>
    public const int ConnectionsPerAddress = 1_024;

    /// <summary>Of all connections, this part may be in their handshake or without a certificate: who is known finds
    /// room while unknown ones flood.</summary>
    public const int UnidentifiedShare = 4;

    /// <summary>An IPv6 client has a network of its own: its addresses count as one.</summary>
    public const int AddressBits6 = 64;

    // Handshakes.

    /// <summary>Setting limits.handshakes_per_second. One costs 1 to 2 ms: less than one core.</summary>
    public const int HandshakesPerSecond = 400;

    /// <summary>One address gets this part of them.</summary>
    public const int HandshakesAddressShare = 4;

    /// <summary>What was not used in so many seconds may come at once: all clients, after a restart.</summary>
    public const int HandshakesBurstSeconds = 5;

    /// <summary>Who comes too fast waits for so long at most; then it is closed.</summary>
    public static readonly TimeSpan HandshakeWaitMax = TimeSpan.FromSeconds(5);

    /// <summary>A handshake that is not complete by then is none.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What a client may send before it is complete: a greeting of 2 KB, and eight certificates of RSA-4096
    /// (2 KB each) would be 18 KB. Every certificate has to be looked at before it can be refused.</summary>
    public const int HandshakeBytes = 18 * 1024;

    /// <summary>Certificates of a chain, the root among them. Private authorities have three or four.</summary>
    public const int ChainCertificates = 8;

    // Calls and streams.

    /// <summary>Setting limits.streams_per_connection.</summary>
    public const int StreamsPerConnection = 256;

    /// <summary>Setting limits.streams_per_identity: open streams (appends, reads, watches) of one identity over all
    /// of its connections. A quota of the policy can only lower it.</summary>
    public const int StreamsPerIdentity = 256;

    /// <summary>Setting limits.streams: of all identities together.</summary>
    public const int Streams = 4_096;

    /// <summary>Followers that send at the same time: as many as can.</summary>
    public static int FollowersAtOnce => Environment.ProcessorCount;

    /// <summary>After this a follower goes on without a turn: its client does not read.</summary>
    public static readonly TimeSpan FollowerTurnMax = TimeSpan.FromMilliseconds(20);

    /// <summary>From so many followers of a ledger on, messages are made once for all of them; fewer read by
    /// themselves, without a copy in between.</summary>
    public const int SharedFollowersMin = 4;

    /// <summary>A message for all: small enough not to be a large object for the garbage collector.</summary>
    public const int SharedMessageBytes = 64 * 1024;

    /// <summary>The newest messages of a ledger that are kept for those who are a little behind.</summary>
    public const int SharedBytes = 1024 * 1024;

    /// <summary>The same by number: they are searched one by one.</summary>
    public const int SharedMessages = 64;

    /// <summary>A batch of 4 MiB passes a stream's window in four pieces.</summary>
    public const int StreamWindowBytes = 1024 * 1024;

    /// <summary>What several streams have under way: what a stalled handler costs at most.</summary>
    public const int ConnectionWindowBytes = 4 * 1024 * 1024;

    /// <summary>Metadata of a call: a few lines.</summary>
    public const int HeaderBytes = 16 * 1024;

    public const int Headers = 64;

    /// <summary>The largest batch, its lengths (3 bytes each at most), and the texts around it.</summary>
    public const int RequestBytes = StoreLimits.BatchBytesMax + (3 * StoreLimits.BatchRecordsMax) + 4096;

    /// <summary>Scrapes and probes at a time.</summary>
    public const int OperationsConnections = 64;

    /// <summary>A scrape costs milliseconds: whoever asks more often gets the text of the last one.</summary>
    public static readonly TimeSpan MetricsAge = TimeSpan.FromSeconds(1);

    // The page for browsers.

    /// <summary>Sessions at a time; one more ends the one that would end first. Some 1 KB each.</summary>
    public const int Sessions = 10_000;

    /// <summary>Of one person: a few browsers.</summary>
    public const int SessionsPerPerson = 8;

    /// <summary>A search with all its clauses is far below.</summary>
    public const int BrowserRequestBytes = 65 * 1024;

    /// <summary>What a provider sends people back with: a code and what was sealed.</summary>
    public const int BrowserLineBytes = 8 * 1024;

    // The record of what was denied, and of calls that are summed. See SumBook for how they are used.

    /// <summary>Denials of named identities: bursts of an hour, and then 43,200 entries a day.</summary>
    public static readonly SumLimits DenialsNamed = new()
    {
        Burst = 1_024,
        Refill = TimeSpan.FromSeconds(2),
        SourceBurst = 64,
        SourceRefill = TimeSpan.FromMinutes(1),
        Sources = int.MaxValue, // as many as the policy names; none of them is ever summed with others
        SourceDetails = 16,
        Details = 4_096,
    };

    /// <summary>Denials of those whom no certificate names, by their networks: half of that.</summary>
    public static readonly SumLimits DenialsUnnamed = new()
    {
        Burst = 256,
        Refill = TimeSpan.FromSeconds(4),
        SourceBurst = 32,
        SourceRefill = TimeSpan.FromMinutes(1),
        Sources = 256,
        SourceDetails = 4,
        Details = 1_024,
    };

    /// <summary>Verify and catalog calls of named identities.</summary>
    public static readonly SumLimits AccessesNamed = new()
    {
        Burst = 4_096,
        Refill = TimeSpan.FromSeconds(1),
        SourceBurst = 1_024,
        SourceRefill = TimeSpan.FromSeconds(10),
        Sources = int.MaxValue, // as above
        SourceDetails = 256,
        Details = 8_192,
    };

    /// <summary>Hash tiles that are open to everybody, all together: nobody is named there.</summary>
    public static readonly SumLimits AccessesUnnamed = new()
    {
        Burst = 256,
        Refill = TimeSpan.FromSeconds(10),
        SourceBurst = 256,
        SourceRefill = TimeSpan.FromSeconds(10),
        Sources = 1,
        SourceDetails = 64,
        Details = 64,
    };

    /// <summary>The largest entry of a denial or a sum in _audit: all texts in it are cut.</summary>
    public const int SumEntryBytes = 1_024;

    /// <summary>Reasons of denials name a rule or a certificate; beyond this they only repeat what a caller sent.
    /// </summary>
    public const int ReasonLength = 200;

    /// <summary>Denials of one identity, or network, in a second that are recorded one by one.</summary>
    public const int SingleDenials = 10;

    /// <summary>What denials can add to _audit in a day, whatever anybody does: 66,080 entries, 64.5 MiB. Sums of half
    /// that size are usual, before compression.</summary>
    public static long DenialBytesPerDay =>
        (DenialsNamed.EntriesPerDay + DenialsUnnamed.EntriesPerDay) * SumEntryBytes;

    /// <summary>What summed accesses can add in a day: 99,392 entries, 97 MiB.</summary>
    public static long AccessBytesPerDay =>
        (AccessesNamed.EntriesPerDay + AccessesUnnamed.EntriesPerDay) * SumEntryBytes;
}

/// <summary>How much of one kind may be written to _audit, and told apart in memory.</summary>
internal sealed record SumLimits
{
    /// <summary>Entries of all sources together that may be written at once.</summary>
    public required int Burst { get; init; }

    /// <summary>One more in each such time.</summary>
    public required TimeSpan Refill { get; init; }

    /// <summary>The same for one source.</summary>
    public required int SourceBurst { get; init; }

    public required TimeSpan SourceRefill { get; init; }

    /// <summary>Sources that are told apart; more are counted as "other".</summary>
    public required int Sources { get; init; }

    /// <summary>Calls, ledgers and reasons of one source that are told apart while they wait to be written.</summary>
    public required int SourceDetails { get; init; }

    /// <summary>The same of all sources together: some 500 bytes each.</summary>
    public required int Details { get; init; }

    /// <summary>What is written in a day at most.</summary>
    public long EntriesPerDay => Burst + (TimeSpan.FromDays(1).Ticks / Refill.Ticks);
}
