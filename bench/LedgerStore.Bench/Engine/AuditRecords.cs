// Audit records as applications write them: JSON of 256 bytes with times, random ids, people, paths and addresses, in
// entries as the store builds them. Deterministic: the same seed gives the same bytes.

using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LedgerStore.Bench.Engine;

/// <summary>Makes entries one after the other.</summary>
internal sealed class AuditRecords(int seed)
{
    public const int PayloadBytes = 256;

    private static readonly string[] s_given =
        ["anna", "maria", "jonas", "felix", "aisha", "li", "omar", "sofia", "peter", "ivan", "lena", "kofi"];

    private static readonly string[] s_family =
        ["schmidt", "garcia", "okafor", "nguyen", "novak", "rossi", "tanaka", "larsen", "haddad", "kowalski"];

    private static readonly string[] s_actions =
        ["document.read", "document.update", "document.share", "login", "export.create", "role.grant", "search"];

    private static readonly string[] s_kinds = ["invoices", "contracts", "patients", "tickets", "reports"];

    private readonly Random _random = new(seed);
    private long _micros = 1_760_000_000_000_000;
    private ulong _sequence;

    /// <summary>The time of the entry that was made last.</summary>
    public long LastMicros => _micros;

    /// <summary>The next entry, without a length prefix.</summary>
    public byte[] Next()
    {
        _micros += _random.Next(1, 400);
        byte[] payload = Payload();
        using MemoryStream entry = new();
        Span<byte> time = stackalloc byte[9];
        time[0] = 0x09;
        BinaryPrimitives.WriteInt64LittleEndian(time[1..], _micros);
        entry.Write(time);
        Field(entry, 2, "spiffe://example.org/docs"u8);
        Field(entry, 3, "docs-api-1"u8);
        entry.WriteByte(4 << 3);
        Varint(entry, ++_sequence);
        Field(entry, 5, "application/json"u8);
        Field(entry, 6, payload);
        return entry.ToArray();
    }

    /// <summary>A bundle of the next 256 entries, in bundle encoding.</summary>
    public byte[] NextBundle()
    {
        using MemoryStream bundle = new();
        Span<byte> prefix = stackalloc byte[2];
        for (int i = 0; i < 256; i++)
        {
            byte[] entry = Next();
            BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)entry.Length);
            bundle.Write(prefix);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }

    /// <summary>Fills the destination with the record of one event: JSON of just this size, 64 bytes or more.</summary>
    public void NextPayload(Span<byte> destination)
    {
        _micros += _random.Next(1, 400);
        byte[] payload = destination.Length < PayloadBytes ? ShortPayload() : Payload();
        int room = destination.Length - payload.Length;
        if (room <= 0)
        {
            payload.AsSpan(0, destination.Length - 2).CopyTo(destination);
            "\"}"u8.CopyTo(destination[^2..]);
            return;
        }

        // Larger events carry what was changed: names and values, one after the other.
        StringBuilder changes = new("\"");
        while (changes.Length < room)
        {
            changes.Append(CultureInfo.InvariantCulture, $",\"{Pick(s_kinds)}.{_random.Next(100)}\":")
                .Append(CultureInfo.InvariantCulture, $"\"{Pick(s_family)} {_random.Next(1_000_000)}\"");
        }

        payload.AsSpan(0, payload.Length - 2).CopyTo(destination);
        Encoding.ASCII.GetBytes(changes.ToString().AsSpan(0, room), destination[(payload.Length - 2)..]);
        "\"}"u8.CopyTo(destination[^2..]);
    }

    private byte[] ShortPayload() => Encoding.UTF8.GetBytes(
        $"{{\"n\":{_random.Next(100_000, 1_000_000)},\"u\":\"{Pick(s_given)}.{Pick(s_family)}\","
        + $"\"a\":\"{Pick(s_actions)}\","
        + $"\"r\":\"/{Pick(s_kinds)}/{_random.NextInt64(1L << 62):x16}{_random.Next():x8}\"}}");

    private byte[] Payload()
    {
        byte[] id = new byte[16];
        _random.NextBytes(id);
        DateTime time = DateTime.UnixEpoch.AddMicroseconds(_micros - _random.Next(2_000));
        string user = $"{Pick(s_given)}.{Pick(s_family)}";
        string kind = Pick(s_kinds);
        string text = string.Create(CultureInfo.InvariantCulture, $"{{\"time\":\"{time:yyyy-MM-ddTHH:mm:ss.ffffffZ}\","
            + $"\"id\":\"{new Guid(id)}\",\"user\":\"{user}\",\"action\":\"{Pick(s_actions)}\","
            + $"\"resource\":\"/{kind}/{_random.Next(100_000, 1_000_000)}\",\"outcome\":\"allow\","
            + $"\"ip\":\"10.{_random.Next(4)}.{_random.Next(256)}.{_random.Next(256)}\",\"agent\":\"web/");
        string filler = "4.18.2 (Linux x86_64; rv:128.0) Gecko/20100101";
        int room = PayloadBytes - Encoding.UTF8.GetByteCount(text) - 2;
        return Encoding.UTF8.GetBytes($"{text}{filler.PadRight(room)[..room]}\"}}");
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private static void Field(MemoryStream entry, int number, ReadOnlySpan<byte> bytes)
    {
        entry.WriteByte((byte)((number << 3) | 2));
        Varint(entry, (ulong)bytes.Length);
        entry.Write(bytes);
    }

    private static void Varint(MemoryStream entry, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            entry.WriteByte((byte)(value | 0x80));
        }

        entry.WriteByte((byte)value);
    }
}
