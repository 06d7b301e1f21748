// Evidence as a JSON file: {"ledgerstore_evidence": 1, "kind": ..., "origin": ..., notes and entry in base64, ...}.
// Pure functions; any thread.

using System.Text.Json;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

internal static class EvidenceFile
{
    private const int Version = 1;
    private const string VersionField = "ledgerstore_evidence";

    internal static byte[] Format(Evidence evidence)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber(VersionField, Version);
            json.WriteString("kind", evidence.Kind.ToString());
            json.WriteString("origin", evidence.Origin);
            json.WriteString("statement", evidence.Statement);
            WriteText(json, "expected", evidence.Expected);
            WriteText(json, "came", evidence.Came);
            json.WriteString("observed", evidence.Observed);
            WriteArray(json, "trusted_vkeys", evidence.Vkeys);
            WriteArray(json, "rotations", evidence.Rotations.Select(note => Convert.ToBase64String(note.Span)));
            WriteBytes(json, "accepted_checkpoint", evidence.Accepted);
            WriteBytes(json, "offered_checkpoint", evidence.Offered);
            WriteArray(json, "proof", evidence.Proof.Select(hash => hash.ToBase64()));
            if (evidence.Index is { } index)
            {
                json.WriteNumber("index", index);
            }

            if (evidence.Leaf is { } leaf)
            {
                json.WriteString("leaf", leaf.ToBase64());
            }

            WriteBytes(json, "entry", evidence.Entry);
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }

    internal static Evidence Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error
            is JsonException or KeyNotFoundException or FormatException or InvalidOperationException
            or ArgumentException)
        {
            throw new MalformedDataException($"this is not evidence: {error.Message}", 0, error);
        }
    }

    private static Evidence Read(JsonElement root)
    {
        int version = root.GetProperty(VersionField).GetInt32();
        if (version != Version)
        {
            throw new FormatException($"version {version} of evidence is not known");
        }

        return new Evidence
        {
            Kind = Enum.Parse<ViolationKind>(Text(root, "kind")),
            Origin = Text(root, "origin"),
            Statement = Text(root, "statement"),
            Expected = TextOrNone(root, "expected"),
            Came = TextOrNone(root, "came"),
            Observed = root.GetProperty("observed").GetDateTimeOffset(),
            Vkeys = [.. Array(root, "trusted_vkeys")],
            Rotations = [.. Array(root, "rotations")
                .Select(note => new ReadOnlyMemory<byte>(Convert.FromBase64String(note)))],
            Accepted = Bytes(root, "accepted_checkpoint"),
            Offered = Bytes(root, "offered_checkpoint"),
            Proof = [.. Array(root, "proof").Select(Hash256.FromBase64)],
            Index = root.TryGetProperty("index", out JsonElement index) ? index.GetUInt64() : null,
            Leaf = root.TryGetProperty("leaf", out JsonElement leaf) ? Hash256.FromBase64(leaf.GetString()!) : null,
            Entry = Bytes(root, "entry"),
        };
    }

    private static string Text(JsonElement root, string name) =>
        root.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static string TextOrNone(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement text) ? text.GetString() ?? string.Empty : string.Empty;

    private static IEnumerable<string> Array(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement array)
            ? array.EnumerateArray().Select(item => item.GetString() ?? throw new FormatException($"null in {name}"))
            : [];

    private static byte[] Bytes(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) ? value.GetBytesFromBase64() : [];

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteBytes(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            json.WriteBase64String(name, bytes.Span);
        }
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (string item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
