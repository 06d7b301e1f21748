// store.json: who this store is. One line, always written the same way, so that a person can read it and a changed
// byte cannot hide. Pure: any thread.
//
//   {"magic":"LedgerStore","version":1,"store_id":"<32 hex>","incarnation":"<32 hex>","created_unix_micros":<n>,
//    "public_name":"<name>","crc32c":"<8 hex>"}\n         on one line; the CRC covers everything before ,"crc32c"

using System.Buffers;
using System.Globalization;
using System.Text;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>What store.json says.</summary>
/// <param name="StoreId">Random, for ever.</param>
/// <param name="Incarnation">Random, new after a restore: it changes the origins.</param>
/// <param name="PublicName">The first part of every origin.</param>
internal sealed record StoreFile(UInt128 StoreId, UInt128 Incarnation, long CreatedMicros, string PublicName)
{
    private const string Head = "{\"magic\":\"LedgerStore\",\"version\":1,\"store_id\":\"";
    private const string IncarnationKey = "\",\"incarnation\":\"";
    private const string CreatedKey = "\",\"created_unix_micros\":";
    private const string NameKey = ",\"public_name\":\"";
    private const string CrcKey = ",\"crc32c\":\"";
    private const string End = "\"}\n";
    private const int CrcDigits = 8;
    private const int IdDigits = 32;
    private const string VersionMark = "{\"magic\":\"LedgerStore\",\"version\":";

    // An origin is <public name>/<ledger>.
    private const int PublicNameBytesMax = StoreLimits.OriginBytesMax - 1 - StoreLimits.LedgerNameBytesMax;

    // What needs no escape in JSON and is allowed in an origin and in the name of a key: no space, no plus.
    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:/");

    /// <summary>Refuses a public name that cannot be part of an origin.</summary>
    /// <exception cref="StoreException">InvalidArgument.</exception>
    public static void CheckPublicName(string name)
    {
        if (name.Length is 0 or > PublicNameBytesMax || name.AsSpan().ContainsAnyExcept(s_nameCharacters))
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"the public name has {name.Length:N0} characters; it must have 1 to {PublicNameBytesMax}, and only "
                + "letters, digits and . - _ ~ : / (for example ledger.example.org)");
        }
    }

    public byte[] Encode()
    {
        CheckPublicName(PublicName);
        string line = Head + StoreId.ToString("x32", CultureInfo.InvariantCulture)
            + IncarnationKey + Incarnation.ToString("x32", CultureInfo.InvariantCulture)
            + CreatedKey + CreatedMicros.ToString(CultureInfo.InvariantCulture)
            + NameKey + PublicName + "\"";
        uint crc = Crc32C.Compute(Encoding.ASCII.GetBytes(line));
        return Encoding.ASCII.GetBytes(line + CrcKey + crc.ToString("x8", CultureInfo.InvariantCulture) + End);
    }

    /// <summary>Reads the file. It accepts exactly the bytes that <see cref="Encode"/> writes.</summary>
    /// <exception cref="MalformedDataException">It is damaged, or of another version.</exception>
    public static StoreFile Decode(ReadOnlySpan<byte> bytes)
    {
        // Every byte becomes one character, so that what is not ASCII is seen and not replaced.
        string text = Encoding.Latin1.GetString(bytes);
        CheckCrc(bytes, text);
        FormatCheck.That(text.StartsWith(VersionMark, StringComparison.Ordinal), "this is not a store.json", 0);
        FormatCheck.That(
            text.StartsWith(Head, StringComparison.Ordinal), "the version is not 1; use a newer program",
            VersionMark.Length);

        int at = Head.Length;
        UInt128 storeId = Id(text, ref at);
        Expect(text, IncarnationKey, ref at);
        UInt128 incarnation = Id(text, ref at);
        Expect(text, CreatedKey, ref at);
        int end = text.IndexOf(',', at);
        long created = 0;
        bool hasTime = end > at && long.TryParse(
            text.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out created);
        FormatCheck.That(hasTime, "no time", at);
        at = end;
        Expect(text, NameKey, ref at);
        end = text.IndexOf('"', at);
        FormatCheck.That(end > at && end - at <= PublicNameBytesMax, "no public name", at);
        string name = text[at..end];
        FormatCheck.That(
            !name.AsSpan().ContainsAnyExcept(s_nameCharacters), "the public name has other characters", at);

        var file = new StoreFile(storeId, incarnation, created, name);
        FormatCheck.That(bytes.SequenceEqual(file.Encode()), "it is not written as the store writes it", 0);
        return file;
    }

    private static void CheckCrc(ReadOnlySpan<byte> bytes, string text)
    {
        int tail = CrcKey.Length + CrcDigits + End.Length;
        int covered = bytes.Length - tail;
        FormatCheck.That(
            covered > 0 && text.AsSpan(covered).StartsWith(CrcKey) && text.EndsWith(End, StringComparison.Ordinal),
            "store.json is cut off or damaged", bytes.Length);
        string crc = Crc32C.Compute(bytes[..covered]).ToString("x8", CultureInfo.InvariantCulture);
        FormatCheck.That(
            text.AsSpan(covered + CrcKey.Length, CrcDigits).SequenceEqual(crc), "store.json is damaged", covered);
    }

    private static UInt128 Id(string text, ref int at)
    {
        FormatCheck.That(text.Length - at >= IdDigits, "no id", at);
        ReadOnlySpan<char> digits = text.AsSpan(at, IdDigits);
        FormatCheck.That(
            UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 id),
            "an id is not hexadecimal", at);
        at += IdDigits;
        return id;
    }

    private static void Expect(string text, string what, ref int at)
    {
        FormatCheck.That(
            text.AsSpan(at).StartsWith(what, StringComparison.Ordinal), "a field is missing or out of order", at);
        at += what.Length;
    }
}
