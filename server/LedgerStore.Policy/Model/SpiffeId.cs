// SPIFFE IDs, strictly: spiffe://<trust domain>/<segment>[/<segment>...]. Nothing to normalise is accepted, so two
// spellings of one identity cannot exist (SPIFFE-ID standard, section 2). Pure functions.
using System.Buffers;

namespace LedgerStore.Policy;

internal static class SpiffeId
{
    public const string Scheme = "spiffe://";

    private static readonly SearchValues<char> s_domainLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");

    private static readonly SearchValues<char> s_segmentLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>Empty if the text is a trust domain, else what is wrong.</summary>
    public static string DomainProblem(string text)
    {
        if (text.Length is 0 or > PolicyLimits.UriLength - 20)
        {
            return $"a trust domain has 1 to {PolicyLimits.UriLength - 20} characters, this one {text.Length}";
        }

        int position = text.AsSpan().IndexOfAnyExcept(s_domainLetters);
        return position < 0 ? "" : $"{Quoted.Letter(text[position])} cannot be in a trust domain: only a-z 0-9 . - _";
    }

    /// <summary>Empty if the text is an identity of the trust domain, else what is wrong.</summary>
    public static string Problem(string text, string trustDomain)
    {
        if (text.Length > PolicyLimits.UriLength)
        {
            return $"a URI of {text.Length} characters exceeds the limit of {PolicyLimits.UriLength}";
        }

        string prefix = $"{Scheme}{trustDomain}/";
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return $"{Quoted.Text(text)} does not begin with {prefix}";
        }

        ReadOnlySpan<char> path = text.AsSpan(prefix.Length);
        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> segment = path[range];
            if (segment is "" or "." or "..")
            {
                return $"{Quoted.Text(text)} has a path segment that is empty or only dots";
            }

            int position = segment.IndexOfAnyExcept(s_segmentLetters);
            if (position >= 0)
            {
                return $"{Quoted.Letter(segment[position])} cannot be in the path: only a-z A-Z 0-9 . - _"
                    + " (no %-escapes, no query)";
            }
        }

        return "";
    }
}
