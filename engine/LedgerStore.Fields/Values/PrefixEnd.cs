// The beginnings of a text that can be asked for: each ends with one of the separators that the spec declares. Pure.

namespace LedgerStore.Fields;

/// <summary>Where beginnings end.</summary>
internal static class PrefixEnd
{
    /// <summary>How many beginnings a text has.</summary>
    public static int Count(string separators, ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (int end = 0; (end = Next(separators, text, end)) > 0;)
        {
            count++;
        }

        return count;
    }

    /// <summary>The length of the shortest beginning that is longer than <paramref name="end"/>; 0 when there is none.
    /// </summary>
    public static int Next(string separators, ReadOnlySpan<byte> text, int end)
    {
        if (separators.Length > 0)
        {
            for (int i = end; i < text.Length; i++)
            {
                if (separators.Contains((char)text[i], StringComparison.Ordinal))
                {
                    return i + 1;
                }
            }
        }

        return 0;
    }
}
