// From text to nodes over YamlDotNet's events. Refuses what makes YAML surprising: anchors, aliases, tags, directives,
// several documents, keys that are no text, keys that repeat, deep nesting. One thread, one file.
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LedgerStore.Policy;

internal sealed class YamlReader(string text, DiagnosticBag bag)
{
    private readonly Parser _parser = new(new StringReader(text));

    /// <summary>The one document's root, or null after reporting why not.</summary>
    public static YamlNode? Read(string text, DiagnosticBag bag)
    {
        YamlReader reader = new(text, bag);
        try
        {
            return reader.ReadDocument();
        }
        catch (RefusedException refused)
        {
            bag.Error("yaml", refused.At, refused.Message, refused.Hint);
        }
        catch (YamlException error)
        {
            reader.Report(error);
        }
#pragma warning disable CA1031 // The parser is not ours: whatever it throws over a hostile file refuses that file only.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            bag.Error("yaml", reader.Position, $"the YAML parser failed here: {error.GetType().Name}", "");
        }

        return null;
    }

    private SourcePosition Position => _parser.Current is { } current ? PositionOf(current.Start) : new(1, 1);

    // Everybody forgets these quotes once: to YAML a leading * is an alias.
    private void Report(YamlException error)
    {
        bool isStar = error.Start.Index < text.Length && text[(int)error.Start.Index] == '*';
        if (isStar)
        {
            bag.Error("yaml", PositionOf(error.Start), "a value that begins with * needs quotes", "\"*\"");
        }
        else
        {
            bag.Error("yaml", PositionOf(error.Start), $"not YAML: {Quoted.Text(error.Message)}", "");
        }
    }

    private YamlNode ReadDocument()
    {
        Take<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            throw new RefusedException(new(1, 1), "the file is empty", $"it begins with {Quoted.Text(bag.FirstLine)}");
        }

        DocumentStart start = Take<DocumentStart>();
        if (start.Version is not null || start.Tags is { } tags && tags.Any(t => !IsDefault(t)))
        {
            throw new RefusedException(
                PositionOf(start.Start), $"directives (%) are not allowed in a {bag.FileKind}", "");
        }

        YamlNode root = ReadNode(1);
        Take<DocumentEnd>();
        return _parser.Current is StreamEnd
            ? root
            : throw new RefusedException(Position, $"a {bag.FileKind} is one YAML document", "remove what follows ---");
    }

    // The parser itself adds these two to every document.
    private static bool IsDefault(YamlDotNet.Core.Tokens.TagDirective tag) => tag.Handle is "!" or "!!"
        && tag.Prefix is "!" or "tag:yaml.org,2002:";

    private YamlNode ReadNode(int depth)
    {
        ParsingEvent current = _parser.Current!;
        SourcePosition at = PositionOf(current.Start);
        RefuseSurprises(current, at);
        if (depth > PolicyLimits.Depth)
        {
            throw new RefusedException(at, $"nested deeper than {PolicyLimits.Depth} levels", "");
        }

        return current switch
        {
            Scalar scalar => ReadText(scalar, at),
            SequenceStart => ReadList(at, depth),
            MappingStart => ReadMap(at, depth),
            _ => throw new RefusedException(at, "a value is expected here", ""),
        };
    }

    private YamlText ReadText(Scalar scalar, SourcePosition at)
    {
        Advance();
        return new YamlText(at, scalar.Value, scalar.Style == ScalarStyle.Plain);
    }

    private YamlList ReadList(SourcePosition at, int depth)
    {
        Advance();
        List<YamlNode> items = [];
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        Advance();
        return new YamlList(at, items);
    }

    private YamlMap ReadMap(SourcePosition at, int depth)
    {
        Advance();
        List<KeyValuePair<YamlText, YamlNode>> fields = [];
        Dictionary<string, SourcePosition> seen = [];
        while (_parser.Current is not MappingEnd)
        {
            if (ReadNode(depth + 1) is not YamlText key)
            {
                throw new RefusedException(at, "a key must be a single value", "");
            }

            YamlNode value = ReadNode(depth + 1);
            if (seen.TryAdd(key.Value, key.At))
            {
                fields.Add(new(key, value));
            }
            else
            {
                bag.Error("duplicate", key.At, $"{Quoted.Text(key.Value)} is here a second time",
                    $"the first is in line {seen[key.Value].Line}");
            }
        }

        Advance();
        return new YamlMap(at, fields);
    }

    private void RefuseSurprises(ParsingEvent current, SourcePosition at)
    {
        if (current is AnchorAlias)
        {
            throw new RefusedException(
                at, $"aliases (*) are not allowed in a {bag.FileKind}", "a pattern needs quotes: \"*\"");
        }

        if (current is NodeEvent { Anchor.IsEmpty: false })
        {
            throw new RefusedException(at, $"anchors (&) are not allowed in a {bag.FileKind}", "write it out in full");
        }

        if (current is NodeEvent { Tag.IsEmpty: false })
        {
            throw new RefusedException(at, $"tags (!) are not allowed in a {bag.FileKind}", "");
        }
    }

    private T Take<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
        {
            Advance();
        }

        T taken = _parser.Current as T ?? throw new RefusedException(Position, "the document is not complete", "");
        Advance();
        return taken;
    }

    private void Advance()
    {
        if (!_parser.MoveNext() && _parser.Current is not StreamEnd)
        {
            throw new RefusedException(Position, "the document is not complete", "");
        }
    }

    private static SourcePosition PositionOf(Mark mark) =>
        new((int)Math.Clamp(mark.Line, 1, int.MaxValue), (int)Math.Clamp(mark.Column, 1, int.MaxValue));

    /// <summary>Leaves the reader from any depth; caught in Read, never seen outside.</summary>
    private sealed class RefusedException(SourcePosition at, string message, string hint) : Exception(message)
    {
        public SourcePosition At => at;

        public string Hint => hint;
    }
}
