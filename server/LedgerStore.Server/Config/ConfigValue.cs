// A setting's text and where it was found. Immutable.
using LedgerStore.Policy;

namespace LedgerStore.Server.Config;

/// <param name="Place">For messages: file, line and column, or the variable.</param>
/// <param name="BaseDirectory">What a relative path is relative to.</param>
internal sealed record ConfigValue(string Text, string Place, string BaseDirectory)
{
    public static ConfigValue OfFile(string text, string file, SourcePosition at) =>
        new(text, PlaceOf(file, at), Path.GetDirectoryName(Path.GetFullPath(file))!);

    public static ConfigValue OfVariable(string text, string variable) =>
        new(text, variable, Directory.GetCurrentDirectory());

    public static string PlaceOf(string file, SourcePosition at) => $"{file}:{at.Line}:{at.Column}";
}
