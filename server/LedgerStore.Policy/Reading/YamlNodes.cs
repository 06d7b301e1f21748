// The small part of YAML that a policy may use: maps with text keys, lists, text. Each node knows where it stands.
// Made by YamlReader; immutable afterwards.
namespace LedgerStore.Policy;

internal abstract record YamlNode(SourcePosition At)
{
    /// <summary>What the node is, for messages.</summary>
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Written without quotes, so that YAML may read a number or a truth value in it.</param>
internal sealed record YamlText(SourcePosition At, string Value, bool IsPlain) : YamlNode(At)
{
    public override string Kind => IsPlain && Value.Length == 0 ? "nothing" : "a single value";
}

internal sealed record YamlList(SourcePosition At, List<YamlNode> Items) : YamlNode(At)
{
    public override string Kind => "a list";
}

internal sealed record YamlMap(SourcePosition At, List<KeyValuePair<YamlText, YamlNode>> Fields) : YamlNode(At)
{
    public override string Kind => "a mapping";
}
