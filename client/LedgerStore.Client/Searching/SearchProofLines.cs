// The lines of a search file that are parts of an answer. Throws what JSON throws; the caller says what that means.
// Pure; any thread.

using System.Text.Json;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Reads parts of answers.</summary>
internal static class SearchProofLines
{
    public static SearchAnswer Read(string kind, JsonElement line) => kind switch
    {
        "segment" => new SegmentAnswer(
            line.GetProperty("segment").GetUInt64(),
            Entry(line.GetProperty("statement")),
            Path(line),
            [.. line.GetProperty("pages").EnumerateArray().Select(Page)])
        {
            Key = line.TryGetProperty("key", out JsonElement key) ? key.GetBytesFromBase64() : default,
        },
        "bundle" => new BundleAnswer(
            line.GetProperty("bundle").GetUInt64(), line.GetProperty("entries").GetBytesFromBase64(), Path(line)),
        "expired" => new ExpiredAnswer(
            line.GetProperty("first").GetUInt64(), line.GetProperty("count").GetUInt64(),
            Entry(line.GetProperty("tombstone"))),
        "unreadable" => new UnreadableAnswer(
            line.GetProperty("first").GetUInt64(), line.GetProperty("count").GetUInt64(),
            line.GetProperty("reason").GetString()!),
        _ => throw new VerificationFailedException($"a line of the file is a '{kind}', which nothing is"),
    };

    private static PageAnswer Page(JsonElement page) => new(
        page.GetProperty("field").GetInt32(), page.GetProperty("page").GetInt32(),
        page.GetProperty("bytes").GetBytesFromBase64(), Path(page));

    private static ProvenEntry Entry(JsonElement entry) => new(
        entry.GetProperty("index").GetUInt64(), entry.GetProperty("entry").GetBytesFromBase64(), Path(entry));

    private static Hash256[] Path(JsonElement of) =>
    [
        .. of.GetProperty("path").EnumerateArray().Select(static hash =>
            hash.GetBytesFromBase64() is { Length: Hash256.Length } bytes
                ? new Hash256(bytes)
                : throw new VerificationFailedException("a hash of a path has not 32 bytes")),
    ];
}
