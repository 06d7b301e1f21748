// What reading segments must show: 256-byte JSON audit records, one core, files in the page cache.

using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Engine;

internal sealed class SegmentsSuite : IBenchSuite
{
    public string Name => "segments";

    public string Summary => "encoding, reading and verifying sealed segments; one core, page cache";

    public IReadOnlyList<Target> Targets { get; } = [Target.AtMost("segments.stored_per_payload.hot", 0.55)];

    public void Run(BenchRun run)
    {
        SegmentBenchmarks work = new();
        work.Setup();
        try
        {
            const long All = SegmentBenchmarks.Segments * 65_536L;
            run.Rate("segments.encode.records_per_second", 256, () => work.Encode());
            run.Rate("segments.decode.records_per_second", 256, work.Decode);
            run.Rate("segments.sequential_read.records_per_second", All, () => work.SequentialRead());
            run.Rate("segments.random_read.cached_per_second", SegmentBenchmarks.RandomReads,
                () => work.RandomReadFromCache());
            run.Rate("segments.random_read.page_cache_per_second", SegmentBenchmarks.RandomReads,
                () => work.RandomReadFromPageCache());
            run.Rate("segments.verify.records_per_second", 65_536, work.Verify);
            run.LessIsBetter("segments.stored_per_payload.hot", "B/B", [work.StoredPerPayloadFast]);
            run.LessIsBetter("segments.stored_per_payload.warm", "B/B", [work.StoredPerPayloadDense]);
        }
        finally
        {
            work.Cleanup();
        }
    }
}
