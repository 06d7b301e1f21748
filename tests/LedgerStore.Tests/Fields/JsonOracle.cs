// What the framework's JSON reader says of a record: the other opinion that the scanner is compared with.
// It allocates, throws and builds a tree; it shares no code with the scanner. Pure.

using System.Text;
using System.Text.Json;
using LedgerStore.Fields;

namespace LedgerStore.Tests.Fields;

/// <summary>The framework's opinion.</summary>
internal static class JsonOracle
{
    /// <summary>Whether it is a JSON object all of whose strings are text; how deep it is.</summary>
    public static bool IsObject(byte[] json, out int depth)
    {
        depth = 0;
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 100_000 });
            while (reader.Read())
            {
                bool isOpen = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
                depth = Math.Max(depth, reader.CurrentDepth + (isOpen ? 1 : 0));
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }

            return Encoding.UTF8.GetString(json).TrimStart(' ', '\r', '\n', '\t').StartsWith('{');
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>All values at a path: texts, numbers as they are written, true and false.</summary>
    public static IEnumerable<(string Text, bool IsNumber)> At(JsonElement element, IReadOnlyList<string?> steps)
    {
        if (steps.Count == 0)
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => [(element.GetString()!, false)],
                JsonValueKind.Number => [(element.GetRawText(), true)],
                JsonValueKind.True => [("true", false)],
                JsonValueKind.False => [("false", false)],
                _ => [],
            };
        }

        string?[] rest = [.. steps.Skip(1)];
        return (element.ValueKind, steps[0]) switch
        {
            (JsonValueKind.Object, { } name) => element.EnumerateObject()
                .Where(member => member.Name == name).SelectMany(member => At(member.Value, rest)),
            (JsonValueKind.Array, null) => element.EnumerateArray().SelectMany(one => At(one, rest)),
            _ => [],
        };
    }

    /// <summary>The values of the first path that has any.</summary>
    public static (string Text, bool IsNumber)[] Of(byte[] json, FieldSpec field)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1_000 });
        return field.Paths.Select(path => At(document.RootElement, path.Steps).ToArray())
            .FirstOrDefault(static values => values.Length > 0) ?? [];
    }
}
