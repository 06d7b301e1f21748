// What a ledger's fields demand of its records, for who writes them: the same check as the server's.
// Immutable; any thread.

using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>
/// Required fields, types and values of a ledger's records. <see cref="AppenderOptions.Schema"/> has records checked
/// before they are sent, so that one that would be refused harms none of those that would travel with it.
/// </summary>
public sealed class RecordSchema
{
    private readonly IndexSpec _spec;

    private RecordSchema(IndexSpec spec) => _spec = spec;

    /// <summary>Whether the ledger refuses a record that is not what its fields demand; else it is stored, with a flag
    /// by which it can be found.</summary>
    public bool Refuses => _spec.Rejects;

    /// <summary>The schema of a canonical text, as <c>ledger fields show</c> prints it.</summary>
    /// <exception cref="FormatException">It is none: what is wrong, and in which line.</exception>
    public static RecordSchema Parse(string fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        try
        {
            return new RecordSchema(IndexSpec.Parse(fields));
        }
        catch (MalformedDataException wrong)
        {
            throw new FormatException($"the text of fields is none, in line {wrong.Offset}: {wrong.What}", wrong);
        }
    }

    /// <summary>The schema of a ledger; null when it has none.</summary>
    /// <param name="ledger">As <see cref="Catalog.DescribeAsync"/> describes it.</param>
    public static RecordSchema? Of(LedgerInfo ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return ledger.Fields.Length == 0 ? null : Parse(ledger.Fields);
    }

    /// <summary>What is wrong with a record; null when nothing is.</summary>
    public string? Check(ReadOnlySpan<byte> record) =>
        RecordChecks.Find(_spec, [record.Length], record, receivedMicros: null, out _)?.Reason;

    internal void Demand(ReadOnlySpan<byte> records, ReadOnlySpan<int> lengths, TimeProvider time)
    {
        if (RecordChecks.Find(_spec, lengths, records, MicrosOf(time), out int number) is { } problem)
        {
            throw new AppendException(
                AppendOutcome.NotStored,
                lengths.Length == 1
                    ? $"the ledger's fields demand something else: {problem.Reason}"
                    : $"the ledger's fields demand something else of record {number:N0}, counted from 0: "
                        + problem.Reason,
                cause: null);
        }
    }

    private static long MicrosOf(TimeProvider time) =>
        (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
