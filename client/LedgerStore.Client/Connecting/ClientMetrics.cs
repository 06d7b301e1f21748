// What this library tells about itself: meters and traces under the name LedgerStore.Client.
// Any thread.

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LedgerStore.Client;

/// <summary>Names of the meter and of the activity source.</summary>
public static class ClientMetrics
{
    /// <summary>The name of both.</summary>
    public const string Name = "LedgerStore.Client";

    private static readonly Meter s_meter = new(Name);

    internal static ActivitySource Activities { get; } = new(Name);

    internal static Counter<long> Records { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.appended.records", "{record}", "Records that the server stored.");

    internal static Counter<long> Batches { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.sent.batches", "{batch}", "Batches that were sent, repetitions included.");

    internal static Counter<long> Streams { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.append.streams", "{stream}", "Append streams that were opened.");

    internal static Counter<long> Failures { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.append.failures", "{failure}", "Append streams that failed, or could not be opened.");

    internal static Counter<long> Rejected { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.events.dropped", "{event}", "Events for which there was no room.");

    /// <summary>Counts an event that was dropped because there was no room for it.</summary>
    public static void EventDropped() => Rejected.Add(1);

    internal static Counter<long> ReadEntries { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.read.entries", "{entry}", "Entries that were read.");

    internal static Counter<long> Checkpoints { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.verified.checkpoints", "{checkpoint}", "Checkpoints that were verified.");

    internal static Counter<long> Violations { get; } = s_meter.CreateCounter<long>(
        "ledgerstore.client.violations", "{violation}", "Contradictions that were found in what a server said.");
}
