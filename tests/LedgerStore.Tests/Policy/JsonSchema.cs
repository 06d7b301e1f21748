// The part of JSON Schema (draft 07) that docs/policy.schema.json uses, so that the schema can be tested without a
// library. A keyword that it does not know fails the test rather than being ignored.
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LedgerStore.Tests.Policy;

internal sealed class JsonSchema(JsonObject root)
{
    public bool Accepts(JsonNode? value) => Accepts(root, value);

    private bool Accepts(JsonNode schema, JsonNode? value) =>
        schema is JsonObject keywords
            ? keywords.All(keyword => Holds(keywords, keyword.Key, keyword.Value!, value))
            : schema.GetValue<bool>();

    private bool Holds(JsonObject schema, string keyword, JsonNode rule, JsonNode? value) => keyword switch
    {
        "$schema" or "title" or "description" or "definitions" => true,
        "$ref" => Accepts(Resolve(rule.GetValue<string>()), value),
        "type" => IsOfType(rule.GetValue<string>(), value),
        "const" => JsonNode.DeepEquals(rule, value),
        "enum" => rule.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
        "allOf" => rule.AsArray().All(one => Accepts(one!, value)),
        "not" => !Accepts(rule, value),
        "oneOf" => rule.AsArray().Count(one => Accepts(one!, value)) == 1,
        "pattern" => Text(value) is not { } text || IsMatch(text, rule.GetValue<string>()),
        "minLength" => Text(value) is not { } text || text.Length >= rule.GetValue<int>(),
        "maxLength" => Text(value) is not { } text || text.Length <= rule.GetValue<int>(),
        "minimum" => Number(value) is not { } number || number >= rule.GetValue<long>(),
        "maximum" => Number(value) is not { } number || number <= rule.GetValue<long>(),
        "items" => value is not JsonArray list || list.All(item => Accepts(rule, item)),
        "minItems" => value is not JsonArray list || list.Count >= rule.GetValue<int>(),
        "uniqueItems" => value is not JsonArray list || IsUnique(list),
        "required" => value is not JsonObject map
            || rule.AsArray().All(name => map.ContainsKey(name!.GetValue<string>())),
        "minProperties" => value is not JsonObject map || map.Count >= rule.GetValue<int>(),
        "maxProperties" => value is not JsonObject map || map.Count <= rule.GetValue<int>(),
        "propertyNames" => value is not JsonObject map || map.All(field => Accepts(rule, JsonValue.Create(field.Key))),
        "properties" => value is not JsonObject map
            || map.All(field => rule[field.Key] is not { } known || Accepts(known, field.Value)),
        "additionalProperties" => value is not JsonObject map
            || map.All(field => schema["properties"]?[field.Key] is not null || Accepts(rule, field.Value)),
        _ => throw new NotSupportedException($"the test does not know the keyword {keyword}"),
    };

    // The dialect that editors use; the limit is only there because the dialect backtracks.
    private static bool IsMatch(string text, string pattern) =>
        Regex.IsMatch(text, pattern, RegexOptions.ECMAScript, TimeSpan.FromMinutes(1));

    private JsonNode Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode)root, (node, part) => node[part]!);

    private static bool IsUnique(JsonArray list) =>
        !list.Where((item, i) => list.Take(i).Any(other => JsonNode.DeepEquals(item, other))).Any();

    private static bool IsOfType(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "integer" => Number(value) is not null,
        _ => throw new NotSupportedException($"the test does not know the type {type}"),
    };

    private static string? Text(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static long? Number(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out long number) ? number : null;
}
