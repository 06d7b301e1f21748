// What is counted of each source, for `ledger intake status`, metrics and health. Any thread.
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Delivering;
using LedgerStore.Intake.Doors;

namespace LedgerStore.Intake.Hosting;

internal sealed class IntakeStatus(IReadOnlyList<ServedSource> sources)
{
    /// <summary>The sources, as the configuration has them.</summary>
    public IReadOnlyList<ServedSource> Sources => sources;

    /// <summary>Why events cannot be taken from every source; null: they can.</summary>
    public string? WhyNot() => sources.Select(each => each.Pipeline.WhyNot()).FirstOrDefault(why => why is not null);

    /// <summary>What is counted, by name.</summary>
    public static IEnumerable<(string Name, long Count)> CountsOf(SourcePipeline pipeline)
    {
        SourceCounters counters = pipeline.Counters;
        AppenderStatus appender = pipeline.Status;
        return
        [
            ("received", counters.Received),
            ("stored", counters.Stored),
            ("duplicate", counters.Duplicate),
            ("dropped", counters.Dropped),
            ("flagged", counters.Flagged),
            ("opaque", counters.Opaque),
            ("refused", counters.Refused),
            ("later", counters.Later),
            ("broken", counters.Broken),
            ("waiting", (long)appender.OutstandingRecords),
            ("spool_bytes", appender.SpoolBytes),
        ];
    }

    /// <summary>All of it as JSON.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("sources");
        foreach ((SourceConfig config, SourcePipeline pipeline) in sources)
        {
            json.WriteStartObject();
            json.WriteString("source", config.Name);
            json.WriteString("kind", SourceKinds.WordOf(config.Kind));
            json.WriteString("ledger", config.Ledger);
            foreach ((string name, long count) in CountsOf(pipeline))
            {
                json.WriteNumber(name, count);
            }

            AppenderStatus appender = pipeline.Status;
            json.WriteNumber("away_seconds", Math.Round(appender.AwayFor.TotalSeconds, 1));
            if (appender.LastError is { } error)
            {
                json.WriteString("problem", error.Message);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
