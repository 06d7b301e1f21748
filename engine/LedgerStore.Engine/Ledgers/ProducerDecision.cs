// What the rules of exactly-once say about one batch. Values: any thread.

using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Ledgers;

/// <summary>What to do with a batch.</summary>
internal enum ProducerVerdict
{
    /// <summary>It is the next one.</summary>
    Append,

    /// <summary>It was appended before: give the first answer again, once it is durable.</summary>
    Duplicate,

    /// <summary>Numbers are missing before it.</summary>
    Gap,

    /// <summary>These numbers were used before, for other bytes or with other boundaries.</summary>
    Conflict,

    /// <summary>These numbers were used before, too long ago to give the answer again. Never appended again.</summary>
    TooOld,
}

/// <summary>The verdict, and what the answer to the producer needs.</summary>
/// <param name="ExpectedSequence">The next sequence of the producer, whatever the verdict.</param>
/// <param name="Answer">Of a duplicate: what was answered first.</param>
/// <param name="Position">Of a duplicate: the journal position that must be durable before it is answered.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProducerDecision(
    ProducerVerdict Verdict, long ExpectedSequence, BatchAnswer Answer, long Position);
