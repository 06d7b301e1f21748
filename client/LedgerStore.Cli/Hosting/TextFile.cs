// A list that a person or a program wrote: from a file, or from standard input. Used by one run.
namespace LedgerStore.Cli;

/// <summary>Reads text that is named on the command line.</summary>
internal static class TextFile
{
    /// <summary>All of it.</summary>
    /// <param name="file">- is standard input.</param>
    /// <param name="charsMax">More is refused.</param>
    /// <param name="what">What it should be.</param>
    public static async Task<string> ReadAsync(Run run, string file, int charsMax, string what)
    {
        using Stream stream = file == "-" ? run.Host.Input : File.OpenRead(file);
        using StreamReader reader = new(stream);
        char[] text = new char[charsMax + 1];
        int length = await reader.ReadBlockAsync(text, run.Cancellation).ConfigureAwait(false);
        return length <= charsMax
            ? new string(text, 0, length)
            : throw new UsageException($"{file} has more than {charsMax >> 20} MiB: that is no {what}");
    }
}
