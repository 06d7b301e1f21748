// Files that the page may have by name, besides its own: those of an evidence directory. Immutable; any thread.

namespace LedgerStore.WebConsole.Hosting;

/// <summary>Named files.</summary>
/// <param name="Names">All there are.</param>
/// <param name="Read">The bytes of one of these names. Throws <see cref="IOException"/> or
/// <see cref="FileNotFoundException"/> with a sentence for the reader.</param>
internal sealed record ConsoleFiles(IReadOnlyList<string> Names, Func<string, byte[]> Read);
