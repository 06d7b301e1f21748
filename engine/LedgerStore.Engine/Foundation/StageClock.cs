// Where the time of an append goes, stage by stage. Off unless the process starts with LEDGERSTORE_PROFILE=1; off, the
// compiled code holds nothing of it. On, it costs two readings of the clock for each batch, frame or bundle, never for
// a record. Any thread.
using System.Diagnostics;

namespace LedgerStore.Engine.Foundation;

/// <summary>The stages of an append, in the order in which a record goes through them.</summary>
internal enum Stage
{
    /// <summary>Limits, fingerprint, entries built from records; on the caller's thread.</summary>
    Build,

    /// <summary>Waiting for the gate's lock and deciding; with Copy, which is a part of it.</summary>
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

/// <summary>Sums of the time spent in each stage, over all threads.</summary>
internal static class StageClock
{
    // One cache line for each, so that threads do not wait for each other.
    private const int Spacing = 16;

    private static readonly bool s_isOn = Environment.GetEnvironmentVariable("LEDGERSTORE_PROFILE") == "1";
    private static readonly long[] s_ticks = new long[Enum.GetValues<Stage>().Length * Spacing];

    public static bool IsOn => s_isOn;

    public static long Start() => s_isOn ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Counts the time since <paramref name="started"/> to a stage.</summary>
    /// <returns>Now: the start of the next stage.</returns>
    public static long End(Stage stage, long started)
    {
        if (!s_isOn)
        {
            return 0;
        }

        long now = Stopwatch.GetTimestamp();
        Interlocked.Add(ref s_ticks[(int)stage * Spacing], now - started);
        return now;
    }

    /// <summary>Seconds of all threads since the process began.</summary>
    public static double SecondsOf(Stage stage) =>
        Interlocked.Read(ref s_ticks[(int)stage * Spacing]) / (double)Stopwatch.Frequency;
}
