// Segments for tests of indexes: 65,536 entries whose fields are rare, frequent, opaque or missing, from a seed. Pure.

using System.Text;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Fields.Index;

/// <summary>Bundles of entries, and their index.</summary>
internal static class SegmentMaker
{
    public static readonly IndexSpec Spec = IndexSpec.Parse("""
        ledgerstore fields/v1
        field who text fold required
        path who
        path user
        field what text prefix=./
        path what
        field request id
        path request
        field where ip
        path ip
        field when time unit=ms
        path time
        field size number
        path size

        """);

    /// <summary>The bundle of a number: its 256 entries in bundle encoding.</summary>
    public static byte[] Bundle(
        int seed, int bundle, int entries = EntryBounds.EntriesPerBundle, bool isSalted = false)
    {
        Random random = new((seed * 1_000) + bundle);
        byte[][] all = [.. Enumerable.Range(0, entries).Select(slot => Entry(random, bundle, slot, isSalted))];
        byte[] bytes = new byte[all.Sum(static entry => entry.Length + EntryBundle.LengthBytes)];
        int at = 0;
        foreach (byte[] entry in all)
        {
            at += EntryBundle.Write(entry, bytes.AsSpan(at));
        }

        return bytes;
    }

    /// <summary>The index of 256 bundles.</summary>
    public static byte[] Index(IReadOnlyList<byte[]> bundles, ulong segment, Hash256 root, IndexBuilder? builder = null)
    {
        builder ??= new IndexBuilder(Spec);
        foreach (byte[] bundle in bundles)
        {
            builder.Add(bundle);
        }

        return builder.Build(segment, root);
    }

    private static byte[] Entry(Random random, int bundle, int slot, bool isSalted)
    {
        long micros = 1_700_000_000_000_000 + (bundle * 256_000_000L) + (slot * 1_000_000L);
        string appender = random.Next(500) == 0 ? "rare" : "app";
        byte[] record = Record(random, bundle, micros);
        string type = record.AsSpan().StartsWith("{\"@intake\""u8)
            ? "application/json; envelope=intake"
            : "application/json";
        byte[] entry = EntryMaker.Entry(record, micros, type, appender);
        return isSalted ? EntryMaker.Salted(entry, random) : entry;
    }

    private static byte[] Record(Random random, int bundle, long micros)
    {
        int kind = random.Next(40_000);
        if (kind < 4)
        {
            return "not json"u8.ToArray();
        }

        if (kind < 8)
        {
            return [];
        }

        if (kind < 12)
        {
            return """{"@intake":1,"source":"k8s","gzip":"H4sIAAAAAAAAAw==","form":"event"}"""u8.ToArray();
        }

        string who = kind < 20 ? "Rare" + random.Next(4) : "user" + random.Next(2_000);
        string what = "invoice." + (bundle % 7) + ".step/" + random.Next(50);
        string time = bundle is > 3 and < 9 ? "" : $"\"time\":{(micros / 1_000) - random.Next(5_000)},";
        string size = random.Next(300) == 0 ? $"\"size\":{random.Next(2_000_000) - 1_000_000}.5," : "";
        return Encoding.UTF8.GetBytes(
            "{" + time + size + $"\"{(kind % 3 == 0 ? "user" : "who")}\":\"{who}\",\"what\":\"{what}\","
            + $"\"request\":\"{random.NextInt64():x}\","
            + $"\"ip\":\"10.{random.Next(4)}.{random.Next(4)}.{random.Next(256)}\"}}");
    }
}
