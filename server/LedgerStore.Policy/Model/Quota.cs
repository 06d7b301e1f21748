// How much an identity may do under one binding. A field that the file leaves out is no limit.
// Immutable.
namespace LedgerStore.Policy;

/// <summary>Limits of one binding, counted for each of its identities. Null is no limit of the policy.</summary>
public sealed record Quota(long? RecordsPerSecond, long? BytesPerSecond, int? Streams, long? InFlightBytes)
{
    /// <summary>No limit at all.</summary>
    public static readonly Quota Unlimited = new(null, null, null, null);

    /// <summary>For people: "50000 records/s, 16 streams".</summary>
    public override string ToString()
    {
        List<string> parts = [];
        Add(RecordsPerSecond, "records/s");
        Add(BytesPerSecond, "bytes/s");
        Add(Streams, "streams");
        Add(InFlightBytes, "bytes in flight");
        return parts.Count == 0 ? "no quota" : string.Join(", ", parts);

        void Add(long? amount, string unit)
        {
            if (amount is { } value)
            {
                parts.Add($"{value} {unit}");
            }
        }
    }
}
