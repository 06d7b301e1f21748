// Search: a record of which there is one, among many, found by its request id, and the proof that there is none; beside
// it what people search audit records with otherwise, with the same records, in the same run. Nothing is judged until
// the page is measured anew. Parts, for --only: ledger, appends, postgres, sqlite, text.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Peers;
using LedgerStore.Bench.Peers.Networked;

namespace LedgerStore.Bench.Search;

internal sealed class SearchSuite : IBenchSuite
{
    private const int SegmentEntries = 65_536;
    private const int Tail = SegmentEntries - 1;

    public string Name => "search";

    public string Summary => "a record found by its request id, and the proof that there is none; and in databases";

    public void Run(BenchRun run) => RunAsync(run).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchRun run)
    {
        int segments = run.Options.Quick ? 15 : 153;
        long count = ((long)segments * SegmentEntries) + Tail;
        if (run.Options.Includes("ledger"))
        {
            await MeasureLedgerAsync(run, count);
        }

        if (run.Options.Includes("appends"))
        {
            await CompareAppendsAsync(run);
        }

        MeasureOthers(run, count);
        run.Note($"search: {count:N0} records of about 330 bytes, six fields and a time; the last {Tail:N0} are in a "
            + "segment that is not complete, which no index covers. A point is one record by its request id. The "
            + "ledger's client checks that the answer is complete, with the public keys alone; the databases are asked "
            + "over one connection, and prove nothing. All has been stored and indexed before, and is in the page "
            + "cache.");
    }

    private static async Task MeasureLedgerAsync(BenchRun run, long count)
    {
        using LedgerLookups ledger = new("demo");
        double seconds = await ledger.AppendAsync(0, count);
        run.MoreIsBetter("search.ledger.load_per_second", "1/s", [count / seconds]);
        (double taken, double cpu, int segments) = await ledger.IndexAsync();
        long indexed = (long)segments * SegmentEntries;
        run.MoreIsBetter("search.index.records_per_second", "1/s", [indexed / taken]);
        run.LessIsBetter("search.index.server_cpu_us_per_record", "us", [cpu * 1e6 / indexed]);
        double index = ledger.BytesOf("*.idx");
        double stored = ledger.BytesOf("*.seg");
        run.LessIsBetter("search.index_share_of_stored_bytes", "", [index / stored]);
        run.LessIsBetter("search.ledger.bytes_per_record", "B", [(index + stored) / count]);

        // Who asks a second time has the keys, the checkpoints and the connection.
        string one = SearchRecords.Request(count / 3);
        _ = await ledger.AskAsync([$"request={one}"], isTailAskedToo: true);
        await AskAsync(run, ledger, "search.ledger.point", $"request={one}", isTailAskedToo: false, found: 1);
        await AskAsync(run, ledger, "search.ledger.point_and_tail", $"request={one}", isTailAskedToo: true, found: 1);
        CheckedAnswer none = await AskAsync(
            run, ledger, "search.ledger.nothing", "who=nobody", isTailAskedToo: false, found: 0);
        run.LessIsBetter(
            "search.nothing.proof_bytes_per_segment", "B", [(double)none.ProofBytes / none.Segments]);
    }

    private static async Task<CheckedAnswer> AskAsync(
        BenchRun run, LedgerLookups ledger, string name, string clause, bool isTailAskedToo, ulong found)
    {
        List<CheckedAnswer> answers = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            answers.Add(await ledger.AskAsync([clause], isTailAskedToo));
            if (answers[^1].Found != found)
            {
                throw new InvalidOperationException(
                    $"{clause} finds {answers[^1].Found} records, and there are {found}");
            }
        }

        run.LessIsBetter($"{name}_ms", "ms", answers.Select(static one => one.Millis));
        return answers[^1];
    }

    /// <summary>Appends with an index that is built beside them, against the same without, in turn.</summary>
    private static async Task CompareAppendsAsync(BenchRun run)
    {
        const int Segments = 6;
        List<double> ratios = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            using LedgerLookups plain = new("demo");
            using LedgerLookups indexed = new("demo");
            _ = await indexed.IndexAsync();
            double without = 0;
            double with = 0;
            for (int turn = 0; turn < Segments; turn++)
            {
                without += await plain.AppendAsync(turn * SegmentEntries, SegmentEntries);
                with += await indexed.AppendAsync(turn * SegmentEntries, SegmentEntries);
            }

            ratios.Add(without / with);
        }

        run.MoreIsBetter("search.append_with_index", "x", ratios);
    }

    private static void MeasureOthers(BenchRun run, long count)
    {
        using PeerFolder folder = new();
        string one = SearchRecords.Request(count / 3);
        if (run.Options.Includes("postgres"))
        {
            if (PostgresPeer.IsInstalled)
            {
                using PostgresLookups postgres = new(folder, new PeerPki(folder));
                Measure(run, postgres, count, one);
            }
            else
            {
                run.Note($"PostgreSQL is not installed: {PostgresPeer.Install}");
            }
        }

        if (run.Options.Includes("sqlite"))
        {
            using SqliteLookups sqlite = new(folder.NewDirectory("sqlite"));
            Measure(run, sqlite, count, one);
        }

        if (run.Options.Includes("text"))
        {
            TextLookups text = new(folder.NewDirectory("text"));
            text.Write(count);
            Measure(run, "grep", () => text.Grep(one));
            Measure(run, "jq", () => text.Jq(one));
        }
    }

    private static void Measure(BenchRun run, TableLookups table, long count, string one)
    {
        run.MoreIsBetter($"search.{table.Name}.load_per_second", "1/s", [count / table.Load(count)]);
        run.LessIsBetter($"search.{table.Name}.bytes_per_record", "B", [(double)table.Bytes() / count]);
        _ = table.Find("request", one);
        run.LessIsBetter($"search.{table.Name}.point_ms", "ms", Enumerable.Range(0, run.Options.Runs).Select(_ =>
        {
            (double millis, int found) = table.Find("request", one);
            return found == 1 ? millis : throw new InvalidOperationException($"{table.Name} finds {found} records");
        }));
    }

    private static void Measure(BenchRun run, string program, Func<double> find)
    {
        if (PeerProcess.Find(program) is null)
        {
            run.Note($"{program} is not installed");
            return;
        }

        _ = find();
        run.LessIsBetter($"search.{program}.point_ms", "ms", Enumerable.Range(0, run.Options.Runs).Select(_ => find()));
    }
}
