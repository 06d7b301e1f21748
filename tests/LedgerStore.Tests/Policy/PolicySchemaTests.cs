// docs/policy.schema.json and the parser say the same: the same fields, and the same answer on a set of samples.
using System.Globalization;
using System.Text.Json.Nodes;
using LedgerStore.Policy;
using Xunit;
using YamlDotNet.RepresentationModel;
using YamlNode = YamlDotNet.RepresentationModel.YamlNode;

namespace LedgerStore.Tests.Policy;

public sealed class PolicySchemaTests
{
    private const string Head = "version: 1\ntrust_domain: example.org\n";
    private const string People = Head + "identities:\n  a: { uri: spiffe://example.org/a }\n"
        + "  b: { fingerprint: 'sha256:" + Samples.Hex + "' }\nroles:\n  w: [append]\n";

    private readonly JsonObject _schema =
        JsonNode.Parse(Samples.RepositoryFile("docs", "policy.schema.json"))!.AsObject();

    [Fact]
    public void The_schema_knows_exactly_the_fields_of_the_parser()
    {
        Assert.Equal(PolicyFields.Document, Fields(_schema));
        Assert.Equal(PolicyFields.Identity, Fields(_schema["definitions"]!["identity"]!));
        Assert.Equal(PolicyFields.Binding, Fields(_schema["definitions"]!["binding"]!));
        Assert.Equal(PolicyFields.Oidc, Fields(_schema["definitions"]!["oidc"]!));
        Assert.Equal(PolicyFields.SignIn, Fields(_schema["definitions"]!["sign_in"]!));
        Assert.Equal(PolicyFields.Quota, Fields(_schema["definitions"]!["quota"]!));
        Assert.Equal(PolicyFields.Deny, Fields(_schema["definitions"]!["deny"]!));
        JsonNode words = _schema["properties"]!["roles"]!["additionalProperties"]!["items"]!["enum"]!;
        Assert.Equal(CapabilityNames.All, words.AsArray().Select(word => word!.GetValue<string>()));
        JsonNode reserved = _schema["properties"]!["identities"]!["propertyNames"]!["allOf"]![1]!["not"]!["enum"]!;
        Assert.Equal(Names.Reserved, reserved.AsArray().Select(word => word!.GetValue<string>()));
        Assert.Equal($"^{Names.Form}$", _schema["definitions"]!["name"]!["pattern"]!.GetValue<string>());
        Assert.Equal(PolicyLimits.QuotaAmount, _schema["definitions"]!["amount"]!["maximum"]!.GetValue<long>());
    }

    [Fact]
    public void No_object_of_the_schema_is_open()
    {
        Assert.All(
            Objects(_schema).Where(o => o["type"]?.GetValueKind() == System.Text.Json.JsonValueKind.String
                && o["type"]!.GetValue<string>() == "object"),
            o => Assert.NotNull(o["additionalProperties"]));
    }

    public static TheoryData<string> Good =>
    [
        Samples.Design,
        Head,
        Head + "identities: {}\nroles: {}\nbindings: []\ndeny: []\nanonymous_tiles: []\n",
        People + "bindings:\n- { role: w, identities: [a, b], ledgers: [x, 'x*', '*x', 'a*b*c', x-_.] }\n",
        People + "  r: [read, verify]\n"
            + "bindings:\n- { role: r, identities: [a], ledgers: [_audit], quota: { streams: 1 } }\n",
        People + "bindings:\n- role: w\n  identities: [a]\n  ledgers: [x]\n  quota:\n"
            + "    in_flight_bytes: 1000000000000\n",
        Head + "identities:\n  a.b_c-9: { uri: spiffe://example.org/a/B_.-/... }\n",
        Head + "deny:\n- { issuer: 'CN=x', serial: '00:0A:1b' }\n",
        Head + "deny:\n- { issuer: CN=x, serial: ab }\n",
        Head + "anonymous_tiles: [a, b.*]\n",
    ];

    public static TheoryData<string> Bad =>
    [
        "[]", "version: 1", "trust_domain: example.org", "version: 2\ntrust_domain: example.org",
        "version: '1'\ntrust_domain: example.org", "version: 1\ntrust_domain: Example.org",
        "version: 1\ntrust_domain: 1",
        Head + "role: {}", Head + "identities: []", Head + "identities:", Head + "roles: []", Head + "bindings: {}",
        Head + "identities:\n  A: { uri: spiffe://example.org/a }",
        Head + "identities:\n  other: { uri: spiffe://example.org/a }",
        Head + "identities:\n  anonymous: { uri: spiffe://example.org/a }",
        Head + "identities:\n  ledgerstore: { uri: spiffe://example.org/a }",
        Head + "identities:\n  a: {}", Head + "identities:\n  a: spiffe://example.org/a",
        Head + "identities:\n  a: { uri: spiffe://example.org/a, fingerprint: 'sha256:" + Samples.Hex + "' }",
        Head + "identities:\n  a: { uri: spiffe://example.org }",
        Head + "identities:\n  a: { uri: spiffe://example.org/ }",
        Head + "identities:\n  a: { uri: spiffe://example.org/a/ }",
        Head + "identities:\n  a: { uri: spiffe://example.org/../a }",
        Head + "identities:\n  a: { uri: spiffe://example.org/a/. }",
        Head + "identities:\n  a: { uri: spiffe://example.org//a }",
        Head + "identities:\n  a: { uri: 'spiffe://example.org/%61' }",
        Head + "identities:\n  a: { uri: 'spiffe://example.org/a?x' }",
        Head + "identities:\n  a: { name: a }", Head + "identities:\n  a: { fingerprint: 'sha256:0123' }",
        Head + "roles:\n  w: append", Head + "roles:\n  w: []", Head + "roles:\n  w: [write]",
        Head + "roles:\n  w: [append, append]", Head + "roles:\n  w: [[append]]",
        People + "bindings:\n- { role: w, identities: [a] }", People + "bindings:\n- { role: w, ledgers: [x] }",
        People + "bindings:\n- { identities: [a], ledgers: [x] }", People + "bindings:\n- w",
        People + "bindings:\n- { role: w, identities: a, ledgers: [x] }",
        People + "bindings:\n- { role: w, identities: [], ledgers: [x] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [] }",
        People + "bindings:\n- { role: w, identities: [a, a], ledgers: [x] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x, x] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [X] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: ['_*'] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [.x] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: ['x**'] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [1] }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], on: true }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: {} }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: 5 }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { streams: 0 } }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { streams: -1 } }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { streams: 1.5 } }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { streams: '1' } }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { streams: 2147483648 } }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { bytes_per_second: 1000000000001 } }",
        People + "bindings:\n- { role: w, identities: [a], ledgers: [x], quota: { burst: 1 } }",
        Head + "deny:\n- { issuer: CN=x }", Head + "deny:\n- { serial: ab }", Head + "deny:\n- {}",
        Head + "deny:\n- { issuer: CN=x, serial: ab, spki: 'sha256:" + Samples.Hex + "' }",
        Head + "deny:\n- { issuer: CN=x, serial: 12 }", Head + "deny:\n- { issuer: CN=x, serial: 12e5 }",
        Head + "deny:\n- { issuer: CN=x, serial: xyz }", Head + "deny:\n- { spki: '" + Samples.Hex + "' }",
        Head + "anonymous_tiles: x", Head + "anonymous_tiles: [x, x]", Head + "anonymous_tiles: ['X']",
    ];

    [Theory]
    [MemberData(nameof(Good))]
    public void Both_accept(string yaml)
    {
        Assert.Empty(Samples.Parse(yaml).Errors);
        Assert.True(new JsonSchema(_schema).Accepts(ToJson(yaml)), yaml);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Both_refuse(string yaml)
    {
        Assert.Null(Samples.Parse(yaml).Policy);
        Assert.False(new JsonSchema(_schema).Accepts(ToJson(yaml)), yaml);
    }

    private static IEnumerable<string> Fields(JsonNode node) =>
        node["properties"]!.AsObject().Select(field => field.Key);

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(field => Objects(field.Value)).Append(map),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    // As an editor reads YAML: unquoted words are numbers, truth values and nothing where YAML 1.2 says so.
    private static JsonNode? ToJson(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return ToJson(stream.Documents[0].RootNode);
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(field =>
            new KeyValuePair<string, JsonNode?>(((YamlScalarNode)field.Key).Value!, ToJson(field.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: not YamlDotNet.Core.ScalarStyle.Plain } text => JsonValue.Create(text.Value),
        YamlScalarNode { Value: "" or "~" or "null" } => null,
        YamlScalarNode { Value: "true" or "false" } truth => JsonValue.Create(truth.Value is "true"),
        YamlScalarNode scalar when long.TryParse(scalar.Value, CultureInfo.InvariantCulture, out long number) =>
            JsonValue.Create(number),
        YamlScalarNode scalar when double.TryParse(scalar.Value, CultureInfo.InvariantCulture, out double number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };
}
