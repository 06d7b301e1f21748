// What writers write: every record follows from the seed, the producer and its number, so that a judge that has only
// the list of what was acknowledged knows every byte. Pure; any thread.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Campaigns.Load;

/// <summary>A batch of records, one after the other in one piece.</summary>
internal sealed record Batch(string Producer, ulong First, int[] Lengths, byte[] Payload)
{
    public int Count => Lengths.Length;
}

/// <summary>Makes records and batches.</summary>
internal static class Records
{
    private const int LongOneIn = 200;
    private const int LongBytesMax = 30_000;
    private const int ShortBytesMax = 700;
    private const int LargeBatchOneIn = 8;
    private const int LargeBatchMax = 120;
    private const int SmallBatchMax = 9;

    /// <summary>The batch that a producer sends with its record number <paramref name="first"/> as the first.</summary>
    public static Batch BatchAt(ulong seed, string producer, ulong first)
    {
        Random random = RandomOf(seed, producer + " batch", first);
        int max = random.Next(LargeBatchOneIn) == 0 ? LargeBatchMax : SmallBatchMax;
        byte[][] records = new byte[1 + random.Next(max)][];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = RecordAt(seed, producer, first + (ulong)i);
        }

        int[] lengths = Array.ConvertAll(records, static record => record.Length);
        return new Batch(producer, first, lengths, [.. records.SelectMany(static record => record)]);
    }

    /// <summary>Its name and number in readable text, then bytes that do not compress.</summary>
    public static byte[] RecordAt(ulong seed, string producer, ulong sequence)
    {
        Random random = RandomOf(seed, producer, sequence);
        byte[] name = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"record {sequence} of {producer}, campaign seed {seed}; "));
        int more = random.Next(random.Next(LongOneIn) == 0 ? LongBytesMax : ShortBytesMax);
        byte[] record = new byte[name.Length + more];
        name.CopyTo(record, 0);
        random.NextBytes(record.AsSpan(name.Length));
        return record;
    }

    /// <summary>Random numbers that are the same in every process for the same names.</summary>
    public static Random RandomOf(ulong seed, string name, ulong number)
    {
        byte[] hash = SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}/{name}/{number}")));
        return new Random(BitConverter.ToInt32(hash));
    }
}
