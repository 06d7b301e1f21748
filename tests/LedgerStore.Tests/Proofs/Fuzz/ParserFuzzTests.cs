// Every parser under mutated input: nothing but the declared exceptions, memory in proportion to the input, an end, and
// what is accepted is written back byte for byte. Short by default; LEDGERSTORE_LONG=1 runs a campaign.
// LEDGERSTORE_SEED repeats a run whose seed was printed.
// Test code. Each campaign has its own thread, so that a parser that never ends is noticed.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Fuzz;

public sealed class ParserFuzzTests
{
    private const int InputsShort = 10_000;
    private const int InputsLong = 1_000_000;

    // A parser may copy its input a few times and make an object of each short line; an exception costs some KB.
    private const int BytesPerInputByteMax = 64;
    private const int BytesFixedMax = 128 * 1024;

    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    // Not a measure of speed: a campaign takes seconds (hours for a long one), a loop without end takes forever.
    private static readonly TimeSpan s_patience = s_isLong ? TimeSpan.FromHours(12) : TimeSpan.FromMinutes(10);

    public static TheoryData<string> Names => [.. ParserTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_valid_samples_are_accepted(string name)
    {
        ParserTarget target = Target(name);
        int accepted = target.Samples.Count(sample => Try(target, sample) is null);
        Assert.InRange(accepted, 1, target.Samples.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_survives_mutated_input(string name)
    {
        int seed = Seed();
        ParserTarget target = Target(name);
        Mutator mutator = new(seed, target.Samples);
        RunToItsEnd(name, seed, () =>
        {
            for (int i = 0; i < (s_isLong ? InputsLong : InputsShort); i++)
            {
                Check(target, mutator.Next(), $"seed {seed}, input {i}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_survives_long_monotonous_input(string name)
    {
        ParserTarget target = Target(name);
        RunToItsEnd(name, seed: 0, () =>
        {
            byte[][] pieces = ["\n"u8.ToArray(), " "u8.ToArray(), "A"u8.ToArray(), "+"u8.ToArray(), "0"u8.ToArray(),
                [0xff], "\u2014 a AAAAAAE=\n"u8.ToArray(), "\n\n"u8.ToArray(), "group g any\n"u8.ToArray(), [0, 0]];
            foreach (byte[] piece in pieces)
            {
                byte[] run = [.. Enumerable.Repeat(piece, 1_000_000 / piece.Length).SelectMany(bytes => bytes)];
                foreach (byte[] sample in target.Samples)
                {
                    Check(target, [.. sample, .. run], $"{sample.Length} bytes and a run of 0x{piece[0]:x2}");
                    Check(target, [.. run, .. sample], $"a run of 0x{piece[0]:x2} and {sample.Length} bytes");
                }
            }
        });
    }

    private static void Check(ParserTarget target, byte[] input, string which)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? error = Try(target, input);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        string bytes = Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 3000)));
        string what = $"{target.Name}, {which}, input {bytes}";
        Assert.True(error is null or MalformedDataException or VerificationFailedException, $"{what}: {error}");
        long allowed = BytesFixedMax + ((long)BytesPerInputByteMax * input.Length);
        Assert.True(allocated <= allowed, $"{what}: {allocated} bytes allocated for {input.Length}");
    }

    private static Exception? Try(ParserTarget target, byte[] input)
    {
        try
        {
            byte[]? written = target.Parse(input);
            return written is null || written.AsSpan().SequenceEqual(input)
                ? null
                : new InvalidOperationException("accepted, and would be written otherwise");
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static void RunToItsEnd(string name, int seed, Action campaign)
    {
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(campaign)) { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(s_patience), $"{name} did not come to an end, seed {seed}");
        Assert.Null(failure);
    }

    private static ParserTarget Target(string name) => ParserTarget.All.Single(target => target.Name == name);

    private static int Seed() =>
        int.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_SEED"), out int seed)
            ? seed
            : Random.Shared.Next();
}
