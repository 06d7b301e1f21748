// Hostile input for parsers: examples that are cut, flipped, doubled and mixed, by a seed that a failure names. How
// many says LEDGERSTORE_FUZZ; without it a few thousand.

using System.Runtime.InteropServices;
using LedgerStore.Client;
using LedgerStore.Intake.Records;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Intake;

internal static class Fuzz
{
    private const int FewInputs = 3000;

    private static readonly byte[] s_letters = "{}[]\",:\\ntfue0123456789 <>\n\r\t-"u8.ToArray();

    /// <summary>Runs a check over many inputs that come from examples.</summary>
    internal static void Run(IReadOnlyList<string> examples, Action<byte[]> check) =>
        Run([.. examples.Select(System.Text.Encoding.UTF8.GetBytes)], check);

    internal static void Run(IReadOnlyList<byte[]> examples, Action<byte[]> check)
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_FUZZ"), out int asked)
            ? asked
            : FewInputs;
        for (int seed = 0; seed < count; seed++)
        {
            byte[] input = Make(examples, new SplitMix((ulong)seed));
            try
            {
                check(input);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, input {Convert.ToHexString(input)}: {error}");
            }
        }
    }

    /// <summary>Events are pieces of the body in their order, and between them is nothing but what may separate them.
    /// </summary>
    internal static void CheckCovered(byte[] body, List<ParsedEvent> events, ReadOnlySpan<byte> separators)
    {
        int at = body.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        foreach (ParsedEvent each in events)
        {
            Assert.True(MemoryMarshal.TryGetArray(each.Body, out ArraySegment<byte> piece));
            Assert.Same(body, piece.Array);
            Assert.True(piece.Offset >= at, "events overlap");
            Assert.Equal(-1, body.AsSpan(at, piece.Offset - at).IndexOfAnyExcept(separators));
            at = piece.Offset + piece.Count;
            CheckForm(each);
        }

        Assert.Equal(-1, body.AsSpan(at).IndexOfAnyExcept(separators));
    }

    /// <summary>An event can be put into a record, and is read back as it was.</summary>
    internal static void CheckForm(ParsedEvent each)
    {
        RecordBatch batch = new();
        Provenance from = new("tester", "127.0.0.1", DateTimeOffset.UnixEpoch);
        Assert.Null(new EnvelopeWriter("fuzz").Write(batch, from, each));
        IntakeRecord? record = IntakeRecord.TryRead(batch.Bytes);
        Assert.NotNull(record);
        Assert.Equal((each.Form, each.Opaque is null), (record.Form, record.Opaque is null));

        // A long reason is cut.
        Assert.StartsWith(record.Opaque ?? string.Empty, each.Opaque ?? string.Empty, StringComparison.Ordinal);
        Assert.Equal(each.Body.ToArray(), record.Bytes.ToArray());
    }

    private static byte[] Make(IReadOnlyList<byte[]> examples, SplitMix random)
    {
        List<byte> input = [.. examples[Next(random, examples.Count)]];
        for (int change = Next(random, 6); change > 0; change--)
        {
            int at = Next(random, input.Count + 1);
            int length = Next(random, input.Count - at + 1);
            switch (Next(random, 6))
            {
                case 0:
                    input.RemoveRange(at, length);
                    break;
                case 1:
                    input.InsertRange(at, input.GetRange(at, Math.Min(length, 200)));
                    break;
                case 2:
                    input.Insert(at, s_letters[Next(random, s_letters.Length)]);
                    break;
                case 3:
                    input.Insert(at, (byte)Next(random, 256));
                    break;
                case 4 when at < input.Count:
                    input[at] ^= (byte)(1 << Next(random, 8));
                    break;
                default:
                    input.InsertRange(at, examples[Next(random, examples.Count)]);
                    break;
            }
        }

        return [.. input];
    }

    private static int Next(SplitMix random, int below) => (int)(random.Next() % (ulong)below);
}
