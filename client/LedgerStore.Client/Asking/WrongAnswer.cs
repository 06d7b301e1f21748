// Answers that are none to their question, or contradict themselves. No key is needed to see that they are wrong;
// nothing in them is signed, so that nobody else can check it.
// Pure functions; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace LedgerStore.Client;

internal static class WrongAnswer
{
    // Messages lie in each other three deep; a server cannot make it more.
    private const int DepthMax = 8;

    /// <summary>What came is no message of the call, or larger than any can be.</summary>
    internal static bool IsNone(RpcException error) => CallErrors.IsNoMessage(error);

    /// <summary>The answer is no message of its call.</summary>
    internal static LedgerViolationException None(string subject, string call, RpcException error) =>
        To(subject, $"an answer to {call}", $"something that is none ({error.Status.Detail})", error);

    internal static LedgerViolationException To(string subject, string expected, string came) =>
        To(subject, expected, came, cause: null);

    /// <param name="subject">The ledger that was asked about, or what else.</param>
    internal static LedgerViolationException To(string subject, string expected, string came, Exception? cause) => new(
        new Evidence
        {
            Kind = ViolationKind.WrongAnswer,
            Origin = subject,
            Statement = $"the server sent {came}; expected was {expected}",
            Expected = expected,
            Came = came,
            Observed = TimeProvider.System.GetUtcNow(),
        },
        cause);

    /// <summary>Demands that the answer names what was asked about.</summary>
    internal static void DemandEcho(string subject, string what, string asked, string answered)
    {
        if (!string.Equals(asked, answered, StringComparison.Ordinal))
        {
            throw To(subject, $"the {what} '{asked}'", $"the {what} '{answered}'");
        }
    }

    /// <summary>Demands that times, durations and fractions are some: showing them would fail.</summary>
    internal static void DemandValues(string subject, IMessage message)
    {
        if (FindBad(message, DepthMax) is { } field)
        {
            throw To(subject, $"a value in {field}", "one that is none");
        }
    }

    private static string? FindBad(IMessage message, int depth)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.Message or FieldType.Double))
            {
                continue;
            }

            object? value = field.Accessor.GetValue(message);
            bool isBad = value switch
            {
                double number => !double.IsFinite(number),
                System.Collections.IList many => many.OfType<IMessage>().Any(one => IsBad(one, depth)),
                IMessage one => IsBad(one, depth),
                _ => false,
            };
            if (isBad)
            {
                return field.FullName;
            }
        }

        return null;
    }

    private static bool IsBad(IMessage message, int depth) => message switch
    {
        Timestamp time => !IsTime(time),
        Duration duration => !IsDuration(duration),
        _ => depth == 0 || FindBad(message, depth - 1) is not null,
    };

    /// <summary>A time that this platform has.</summary>
    internal static bool IsTime(Timestamp time)
    {
        try
        {
            time.ToDateTimeOffset();
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static bool IsDuration(Duration duration)
    {
        try
        {
            duration.ToTimeSpan();
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or OverflowException)
        {
            return false;
        }
    }
}
