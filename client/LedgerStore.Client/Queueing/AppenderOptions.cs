// How an appender behaves. Every bound of its memory is here.
// Filled by one thread, then only read.

using LedgerStore.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Client;

/// <summary>Settings of an <see cref="Appender"/>.</summary>
public sealed record AppenderOptions
{
    /// <summary>
    /// The name under which the records are counted. With it every record is stored exactly once, however often the
    /// connection breaks or the server restarts. Use it again after a restart, and in one appender at a time: the
    /// server never forgets a name. Null: a batch whose answer was lost is not sent again, and its outcome is unknown.
    /// </summary>
    public string? Producer { get; init; }

    /// <summary>What the records are, such as <c>application/json</c>; at most 128 bytes.</summary>
    public string ContentType { get; init; } = string.Empty;

    /// <summary>
    /// What each record must be; one that is not is refused here, with an <see cref="AppendException"/>, and never
    /// sent. A ledger that refuses records refuses whole batches, and a batch has the records of many callers: whoever
    /// writes to one sets this. Null: nothing is checked.
    /// </summary>
    public RecordSchema? Schema { get; init; }

    /// <summary>When the server answers: once a batch is durable, or once a signed checkpoint covers it.</summary>
    public Ack Ack { get; init; } = Ack.Durable;

    /// <summary>Bytes of records that wait or are under way. Beyond them, appending waits.</summary>
    public long MemoryBytesMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>Calls that may wait for room; further ones are refused.</summary>
    public int WaitingCallsMax { get; init; } = 65_536;

    /// <summary>
    /// Batches under way at one time. The server remembers 64 of a producer, so more are not allowed.
    /// </summary>
    public int WindowBatches { get; init; } = 32;

    /// <summary>How long the server may be unreachable before what waits for it fails. Not used with a spool.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long closing waits for the server, or with a spool for room in it. What is not stored then is told by
    /// <see cref="Appender.CloseAsync"/>.
    /// </summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hears when the ledger takes no records any more, when it does again, and of records that are lost. Null: what is
    /// lost when the appender is disposed is a line on standard error.
    /// </summary>
    public ILogger? Logger { get; init; }

    /// <summary>How long the server may take to answer before the connection is made anew.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause between two attempts to reach the server.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A directory of this appender's own, where records wait while the server is away, also across restarts of this
    /// process. It is made if it is not there, for its owner only. Needs <see cref="Producer"/>. Null: no spool.
    /// </summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>How large the spool may grow. When it is full, appending waits.</summary>
    public long SpoolBytesMax { get; init; } = 1L * 1024 * 1024 * 1024;

    /// <summary>How long disposing tries to deliver what is in the spool; the rest waits for the next start.</summary>
    public TimeSpan SpoolDrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal static void Check(AppenderOptions options)
    {
        if (options.MemoryBytesMax < 1 || options.WindowBatches is < 1 or > 64)
        {
            throw new ArgumentException(
                $"MemoryBytesMax {options.MemoryBytesMax} must be at least 1, and WindowBatches "
                + $"{options.WindowBatches} from 1 to 64", nameof(options));
        }

        if (options.SpoolDirectory is not null && string.IsNullOrEmpty(options.Producer))
        {
            throw new ArgumentException(
                "a spool needs a producer name: only with it can records be sent again without being stored twice",
                nameof(options));
        }
    }
}
