// Where the time of an append goes, stage by stage. Off unless the process starts with LEDGERSTORE_PROFILE=1; off, the
// compiled code holds nothing of it. On, it costs two readings of two clocks for each batch, frame or bundle, never for
// a record. Any thread.
using System.Diagnostics;

namespace LedgerStore.Engine.Foundation;

/// <summary>The stages of an append, in the order in which a record goes through them.</summary>
internal enum Stage
{
    /// <summary>Limits, fingerprint, entries built from records; on the caller's thread.</summary>
    Build,

    /// <summary>Waiting for the gate's lock, deciding, and waking the sequencer; with Copy, which is a part of it. On
    /// the caller's thread, or on the one that makes room for those who wait.</summary>
    Gate,

    /// <summary>Into the frame, under the gate's lock.</summary>
    Copy,

    /// <summary>Checksum and header of the frame.</summary>
    Crc,

    Write,

    /// <summary>Waiting for the disk.</summary>
    Sync,

    /// <summary>Watermarks and answers.</summary>
    Acknowledge,

    /// <summary>From the frame into the ledgers' bundles.</summary>
    Unpack,

    Hash,

    /// <summary>A full bundle becomes a block.</summary>
    Compress,

    /// <summary>Memory kept what was written to it.</summary>
    Check,

    /// <summary>Blocks into the open segments.</summary>
    Store,
}

/// <summary>When a stage began: by the wall's clock, and by the thread's own.</summary>
internal readonly record struct StageMark(long Ticks, long CpuNanos);

/// <summary>Sums of the time spent in each stage, over all threads.</summary>
internal static class StageClock
{
    // One cache line for each, so that threads do not wait for each other: ticks, and nanoseconds of the processor.
    private const int Spacing = 16;
    private const int Cpu = 1;

    private static readonly bool s_isOn = Environment.GetEnvironmentVariable("LEDGERSTORE_PROFILE") == "1";
    private static readonly long[] s_sums = new long[Enum.GetValues<Stage>().Length * Spacing];

    public static StageMark Start() => s_isOn ? Now() : default;

    /// <summary>Counts the time since <paramref name="started"/> to a stage.</summary>
    /// <returns>Now: the start of the next stage.</returns>
    public static StageMark End(Stage stage, StageMark started)
    {
        if (!s_isOn)
        {
            return default;
        }

        StageMark now = Now();
        Interlocked.Add(ref s_sums[(int)stage * Spacing], now.Ticks - started.Ticks);
        Interlocked.Add(ref s_sums[((int)stage * Spacing) + Cpu], now.CpuNanos - started.CpuNanos);
        return now;
    }

    /// <summary>Seconds of all threads since the process began, with what they waited for.</summary>
    public static double SecondsOf(Stage stage) =>
        Interlocked.Read(ref s_sums[(int)stage * Spacing]) / (double)Stopwatch.Frequency;

    /// <summary>Seconds in which they worked.</summary>
    public static double CpuSecondsOf(Stage stage) =>
        Interlocked.Read(ref s_sums[((int)stage * Spacing) + Cpu]) / 1e9;

    private static StageMark Now() => new(Stopwatch.GetTimestamp(), ThreadClock.Nanos());
}
