// Changes valid inputs: what transport, disks, editors and attackers do to them. Everything follows from the seed.
// Test code, one thread.
namespace LedgerStore.Tests.Proofs.Fuzz;

internal sealed class Mutator(int seed, byte[][] samples)
{
    /// <summary>Beyond this, duplication stops: the limits of the parsers have tests of their own.</summary>
    private const int LengthMax = 1 << 17;

    private const int StepsMax = 6;

    // What the formats give a meaning to, and the borders of numbers.
    private static readonly byte[][] s_tokens =
    [
        "\n"u8.ToArray(), "\n\n"u8.ToArray(), " "u8.ToArray(), "+"u8.ToArray(), "="u8.ToArray(), "\u2014 "u8.ToArray(),
        "0"u8.ToArray(), "00"u8.ToArray(), "9223372036854775807"u8.ToArray(), "9223372036854775808"u8.ToArray(),
        "18446744073709551616"u8.ToArray(), "-1"u8.ToArray(), "x000/"u8.ToArray(), ".p/"u8.ToArray(), "/"u8.ToArray(),
        "none"u8.ToArray(), "group g any "u8.ToArray(), "quorum "u8.ToArray(), "extra "u8.ToArray(), "AAAA"u8.ToArray(),
        [0], [0xff], [0xff, 0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xc2, 0xa0], [0x0d], [0x7f],
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        byte[] input = Pick(samples);
        for (int steps = _random.Next(1, StepsMax + 1); steps > 0; steps--)
        {
            input = Change(input);
        }

        return input;
    }

    private byte[] Change(byte[] input)
    {
        (int from, int to) = Slice(input);
        switch (_random.Next(9))
        {
            case 0 when input.Length > 0:
                byte[] flipped = [.. input];
                flipped[_random.Next(input.Length)] ^= (byte)(1 << _random.Next(8));
                return flipped;
            case 1:
                return input[..from];
            case 2:
                return input[from..];
            case 3:
                return [.. input[..from], .. input[to..]];
            case 4:
                return [.. input[..from], (byte)_random.Next(256), .. input[from..]];
            case 5:
                return [.. input[..from], .. Pick(s_tokens), .. input[to..]];
            case 6:
                return [.. input[..from], .. Pick(s_tokens), .. input[from..]];
            case 7:
                return Repeat(input, from, to);
            default:
                byte[] other = Pick(samples);
                (int begin, int end) = Slice(other);
                return [.. input[..from], .. other[begin..end], .. input[to..]];
        }
    }

    // Mostly twice, and now and then often: many lines, many signatures, deep numbers.
    private byte[] Repeat(byte[] input, int from, int to)
    {
        int times = _random.Next(20) == 0 ? _random.Next(2, 2000) : 1;
        if (input.Length + ((long)times * (to - from)) > LengthMax)
        {
            return input;
        }

        List<byte> repeated = [.. input[..to]];
        for (int i = 0; i < times; i++)
        {
            repeated.AddRange(input.AsSpan(from..to));
        }

        return [.. repeated, .. input[to..]];
    }

    // Half of the slices are whole lines, since most formats consist of them.
    private (int From, int To) Slice(byte[] input)
    {
        int from = _random.Next(input.Length + 1);
        int to = _random.Next(from, Math.Min(input.Length, from + 100) + 1);
        if (_random.Next(2) == 0)
        {
            from = input.AsSpan(0, from).LastIndexOf((byte)'\n') + 1;
            int length = input.AsSpan(from).IndexOf((byte)'\n');
            to = length < 0 ? input.Length : from + length + 1;
        }

        return (from, to);
    }

    private byte[] Pick(byte[][] choices) => choices[_random.Next(choices.Length)];
}
