// Every bound of the intake, each with its reason.
// Constants.
using LedgerStore.Client;

namespace LedgerStore.Intake.Records;

internal static class IntakeLimits
{
    /// <summary>The largest request, unpacked. OTLP recommends to take 64 MiB, and no other sender sends as
    /// much.</summary>
    public const int BodyBytes = IntakeFields.EventBytesMax;

    /// <summary>Events of one request. What follows them is stored as one: a body of commas must not become millions of
    /// records.</summary>
    public const int EventsPerRequest = 100_000;

    /// <summary>What is said of the rest of a request with more.</summary>
    public static string TooManyEvents => $"more than {EventsPerRequest:N0} events in one request";

    /// <summary>What events of a format that has to be converted may have besides: every byte of such a request can say
    /// as much as this many bytes of JSON, and a resource is written into each of its records.</summary>
    public const int ConvertedPerByte = 16;

    /// <summary>The least of that, for small requests.</summary>
    public const int ConvertedBytesMin = 1024 * 1024;

    /// <summary>Payload of one batch to the appender; as large as a batch that it puts together itself.</summary>
    public const int BatchBytes = 1024 * 1024;

    /// <summary>Records of one batch to the appender.</summary>
    public const int BatchRecords = 4096;

    /// <summary>Bytes of one part before base64 makes 4 of 3, with room for the longest envelope.</summary>
    public const int PartBytes = 36 * 1024;

    /// <summary>Longer ids are no ids: they are cut away, and the event is stored without one.</summary>
    public const int IdBytes = 512;

    /// <summary>Bytes of names and addresses of senders in an envelope.</summary>
    public const int SenderBytes = 512;

    /// <summary>A line of a protocol of lines, or a message of syslog; what is longer is cut into several.</summary>
    public const int LineBytes = 1024 * 1024;

    /// <summary>Connections of one listener.</summary>
    public const int Connections = 4096;

    /// <summary>Ids in the window of one source; when there are more, the oldest are forgotten.</summary>
    public const int WindowIds = 1_000_000;

    /// <summary>How long an id is kept at least, if there are not too many.</summary>
    public static readonly TimeSpan WindowAge = TimeSpan.FromHours(1);

    /// <summary>What a sender is told to wait when there is no room.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
}
