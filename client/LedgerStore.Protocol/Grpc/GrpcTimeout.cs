// The grpc-timeout header: at most eight digits and a unit.
// Pure functions; any thread.

namespace LedgerStore.Protocol.Grpc;

internal static class GrpcTimeout
{
    private const int DigitsMax = 8;

    // A timer cannot wait longer than this; a longer deadline is none in practice.
    internal static readonly TimeSpan Max = TimeSpan.FromDays(45);

    /// <summary>Reads a header. A zero timeout is legal and has passed already.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = TimeSpan.Zero;
        if (text.Length is < 2 or > DigitsMax + 1
            || !long.TryParse(text[..^1], System.Globalization.NumberStyles.None, provider: null, out long value))
        {
            return false;
        }

        long ticksPerUnit = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => -1,
        };
        if (ticksPerUnit < 0)
        {
            return false;
        }

        // A tick is 100 ns; round up, so that a positive timeout never becomes one that has passed.
        long ticks = text[^1] == 'n' ? (value + 99) / 100 : value * ticksPerUnit;
        timeout = TimeSpan.FromTicks(Math.Min(ticks, Max.Ticks));
        return true;
    }

    /// <summary>Writes the smallest unit that still fits eight digits, rounded up.</summary>
    internal static string Format(TimeSpan timeout)
    {
        long ticks = Math.Clamp(timeout.Ticks, 0, Max.Ticks);
        ReadOnlySpan<(long TicksPerUnit, char Unit)> units =
        [
            (TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'),
            (TimeSpan.TicksPerSecond, 'S'), (TimeSpan.TicksPerMinute, 'M'),
        ];
        foreach ((long ticksPerUnit, char unit) in units)
        {
            long value = (ticks + ticksPerUnit - 1) / ticksPerUnit;
            if (value <= 99_999_999)
            {
                return $"{value}{unit}";
            }
        }

        return $"{ticks / TimeSpan.TicksPerHour}H";
    }
}
