// What an index says of its segment as a whole; the index file and the signed statement begin with the same bytes of
// it.
//
// | 0  | 8 bytes  | magic, of the file or the statement | 48  | u64      | segment                                |
// | 8  | u32      | version: 1, with a key 2            | 56  | 32 bytes | segment root                           |
// | 12 | u16      | fields, those of every spec too     | 88  | 32 bytes | index root                             |
// | 14 | u16      | zones                               | 120 | u64      | bytes of all pages                     |
// | 16 | 32 bytes | id of the spec                      | 128 | 32 bytes | set of the bundles with opaque entries |
// | 160 | version 2 only: 32 bytes, SHA-256 of the secret key of its terms                                      |
// |     | zones, 24 B each: u32 field, u32 0, 8 B smallest, 8 B largest; by ascending field                     |
//
// Immutable, pure codec: any thread.

using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Which segment an index is of, by which spec, its root, and what is known without any page.</summary>
/// <param name="Fields">How many fields it has: the tree has 256 leaves for each.</param>
/// <param name="PagesBytes">How many bytes all pages have together.</param>
/// <param name="Opaque">The bundles with records that cannot be read.</param>
/// <param name="KeyHash">SHA-256 of the secret key of its terms; null: everybody knows their key.</param>
/// <param name="Zones">For each field of times or numbers that any entry has, its smallest and largest value.</param>
internal sealed record SegmentFacts(
    int Fields, Hash256 SpecId, ulong Segment, Hash256 SegmentRoot, Hash256 IndexRoot, ulong PagesBytes,
    BundleSet Opaque, Hash256? KeyHash, IReadOnlyList<Zone> Zones)
{
    public const int FixedBytes = 160;
    public const int ZoneBytes = 24;

    private const uint Version = 1;
    private const uint KeyedVersion = 2;
    private const int FieldsMax = OwnField.Count + IndexSpec.FieldsMax;

    public int Bytes => ZonesAt(KeyHash is not null) + (Zones.Count * ZoneBytes);

    /// <summary>Writes them behind a magic.</summary>
    public void Write(ReadOnlySpan<byte> magic, Span<byte> to)
    {
        Hash256 specId = SpecId;
        Hash256 segmentRoot = SegmentRoot;
        Hash256 indexRoot = IndexRoot;
        magic.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], KeyHash is null ? Version : KeyedVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(to[12..], (ushort)Fields);
        BinaryPrimitives.WriteUInt16LittleEndian(to[14..], (ushort)Zones.Count);
        Hash256.BytesOf(ref specId).CopyTo(to[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(to[48..], Segment);
        Hash256.BytesOf(ref segmentRoot).CopyTo(to[56..]);
        Hash256.BytesOf(ref indexRoot).CopyTo(to[88..]);
        BinaryPrimitives.WriteUInt64LittleEndian(to[120..], PagesBytes);
        Opaque.Write(to[128..]);
        if (KeyHash is { } keyHash)
        {
            Hash256.BytesOf(ref keyHash).CopyTo(to[FixedBytes..]);
        }

        int zonesAt = ZonesAt(KeyHash is not null);
        for (int i = 0; i < Zones.Count; i++)
        {
            Span<byte> row = to[(zonesAt + (i * ZoneBytes))..];
            BinaryPrimitives.WriteUInt32LittleEndian(row, (uint)Zones[i].Field);
            BinaryPrimitives.WriteUInt32LittleEndian(row[4..], 0);
            BinaryPrimitives.WriteInt64LittleEndian(row[8..], Zones[i].Smallest);
            BinaryPrimitives.WriteInt64LittleEndian(row[16..], Zones[i].Largest);
        }
    }

    /// <summary>Reads them behind a magic; <see cref="Bytes"/> says how long they are.</summary>
    /// <exception cref="MalformedDataException">What is wrong, and where.</exception>
    public static SegmentFacts Read(ReadOnlySpan<byte> magic, ReadOnlySpan<byte> from)
    {
        if (from.Length < FixedBytes || !from.StartsWith(magic))
        {
            throw new MalformedDataException("this does not begin as what is said of an index", 0);
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(from[8..]);
        int fields = BinaryPrimitives.ReadUInt16LittleEndian(from[12..]);
        int zones = BinaryPrimitives.ReadUInt16LittleEndian(from[14..]);
        ulong segment = BinaryPrimitives.ReadUInt64LittleEndian(from[48..]);
        if (version is not (Version or KeyedVersion))
        {
            throw new MalformedDataException(
                $"an index of version {version}; this program reads {Version} and {KeyedVersion}", 8);
        }

        int zonesAt = ZonesAt(version == KeyedVersion);

        if (fields is < OwnField.Count or > FieldsMax || zones > fields || segment > ulong.MaxValue >> 16
            || from.Length < zonesAt + (zones * ZoneBytes))
        {
            throw new MalformedDataException("an index has more fields, zones or segments than there can be", 12);
        }

        return new SegmentFacts(
            fields, new Hash256(from[16..48]), segment, new Hash256(from[56..88]), new Hash256(from[88..120]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[120..]), BundleSet.Read(from[128..]),
            version == KeyedVersion ? new Hash256(from[FixedBytes..zonesAt]) : null,
            ReadZones(from[zonesAt..], zones, fields));
    }

    /// <summary>Whether they say the same, zone by zone.</summary>
    public bool IsSameAs(SegmentFacts other) =>
        this with { Zones = [] } == other with { Zones = [] } && Zones.SequenceEqual(other.Zones);

    /// <summary>The zone of a field; null when no entry of the segment has it.</summary>
    public Zone? ZoneOf(int field)
    {
        foreach (Zone zone in Zones)
        {
            if (zone.Field == field)
            {
                return zone;
            }
        }

        return null;
    }

    private static int ZonesAt(bool hasKey) => FixedBytes + (hasKey ? Hash256.Length : 0);

    private static Zone[] ReadZones(ReadOnlySpan<byte> from, int count, int fields)
    {
        Zone[] zones = new Zone[count];
        for (int i = 0; i < count; i++)
        {
            int at = i * ZoneBytes;
            uint field = BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);
            if (field >= fields || (i > 0 && field <= zones[i - 1].Field)
                || BinaryPrimitives.ReadUInt32LittleEndian(from[(at + 4)..]) != 0)
            {
                throw new MalformedDataException("the zones of an index do not ascend", FixedBytes + at);
            }

            zones[i] = new Zone(
                (int)field,
                BinaryPrimitives.ReadInt64LittleEndian(from[(at + 8)..]),
                BinaryPrimitives.ReadInt64LittleEndian(from[(at + 16)..]));
        }

        return zones;
    }
}
