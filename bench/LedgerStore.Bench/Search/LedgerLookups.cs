// A ledger of a real server whose fields are indexed, and a client that checks every answer with the public keys.
// Owned by the suite; one thread.
using System.Diagnostics;
using LedgerStore.Bench.Client;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Bench.Search;

/// <summary>One answer that was checked, and what it took.</summary>
internal readonly record struct CheckedAnswer(
    double Millis, ulong Found, ulong Searched, int Segments, long ProofBytes, long EntryBytes);

internal sealed class LedgerLookups : IDisposable
{
    private const int SegmentEntries = 65_536;
    private const int Together = 4_096;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly BenchServer _server = new();
    private readonly string _ledger;
    private readonly LedgerClient _admin;
    private readonly LedgerClient _appender;
    private readonly LedgerClient _reader;
    private readonly List<Verifier> _verifiers = [];
    private Appender? _appending;
    private FieldsInfo? _fields;

    public LedgerLookups(string ledger)
    {
        _ledger = ledger;
        _admin = _server.Connect("administrator");
        _appender = _server.Connect("appender");
        _reader = _server.Connect("reader");
    }

    public string DataDirectory => _server.Data;

    public void Dispose()
    {
        _appending?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _verifiers.ForEach(static verifier => verifier.Dispose());
        _admin.Dispose();
        _appender.Dispose();
        _reader.Dispose();
        _server.Dispose();
    }

    /// <summary>Appends the records with these numbers.</summary>
    /// <returns>Seconds until the last one was acknowledged.</returns>
    public async Task<double> AppendAsync(long first, long count)
    {
        _appending ??= _appender.CreateAppender(
            _ledger, new AppenderOptions { Producer = "bench", ContentType = "application/json" });
        long started = Stopwatch.GetTimestamp();
        Queue<Task> underWay = new();
        for (long number = first; number < first + count; number++)
        {
            Task<Appended> sent = _appending.AppendAsync(SearchRecords.Json(number)).AsTask();
            if (number % Together == 0)
            {
                underWay.Enqueue(sent);
            }

            while (underWay.Count > 16)
            {
                await underWay.Dequeue();
            }
        }

        await _appending.FlushAsync();
        await Task.WhenAll(underWay);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Has the ledger indexed, and waits until every complete segment is.</summary>
    /// <returns>Seconds from the order on, and the server's processor time in them.</returns>
    public async Task<(double Seconds, double CpuSeconds, int Segments)> IndexAsync()
    {
        long started = Stopwatch.GetTimestamp();
        double cpu = _server.CpuSeconds;
        _fields ??= await _admin.Admin.SetFieldsAsync(
            _ledger, SpecProfile.Find("ocsf")!.Text, "measured", CancellationToken.None);
        await IndexedAsync();
        return (
            Stopwatch.GetElapsedTime(started).TotalSeconds, _server.CpuSeconds - cpu, (int)_fields.Indexed);
    }

    /// <summary>Waits until every complete segment is indexed.</summary>
    public async Task IndexedAsync()
    {
        Searcher searcher = _reader.CreateSearcher(_ledger);
        do
        {
            await Task.Delay(s_look);
            _fields = await searcher.GetFieldsAsync();
        }
        while (_fields!.Indexed < _fields.Complete);
    }

    /// <summary>Asks, and checks that the answer is complete.</summary>
    public async Task<CheckedAnswer> AskAsync(string[] clauses, bool isTailAskedToo)
    {
        SearchOptions asked = new()
        {
            Clauses = clauses,
            Fields = _fields!,
            Ledger = VerifierOf(_ledger),
            Index = VerifierOf(_fields!.IndexLedger),
            End = isTailAskedToo ? null : _fields.Indexed * SegmentEntries,
        };
        long started = Stopwatch.GetTimestamp();
        CheckedAnswer sum = default;
        await foreach (SearchEvent next in _reader.CreateSearcher(_ledger).SearchAsync(asked))
        {
            sum = next is SearchedRange part
                ? sum with
                {
                    Searched = sum.Searched + (part.End - part.First),
                    Segments = sum.Segments + part.IndexedSegments,
                    ProofBytes = sum.ProofBytes + part.ProofBytes,
                    EntryBytes = sum.EntryBytes + part.EntryBytes,
                }
                : sum with { Found = sum.Found + 1 };
        }

        return sum with { Millis = Stopwatch.GetElapsedTime(started).TotalMilliseconds };
    }

    /// <summary>Bytes of the files with this ending below the ledger's directories.</summary>
    public long BytesOf(string pattern) => Directory
        .EnumerateFiles(Path.Combine(DataDirectory, "ledgers"), pattern, SearchOption.AllDirectories)
        .Sum(static file => new FileInfo(file).Length);

    private Verifier VerifierOf(string ledger)
    {
        Verifier? known = _verifiers.Find(one => one.Ledger == ledger);
        if (known is null)
        {
            known = _reader.CreateVerifier(ledger, new VerifierOptions { Vkey = _server.VkeyOf(ledger) });
            _verifiers.Add(known);
        }

        return known;
    }
}
