// Every bound of a policy file, each with its reason. A file beyond one is refused as a whole.
// Constants; the relations between them are checked by a test.
namespace LedgerStore.Policy;

/// <summary>The limits of a policy file.</summary>
public static class PolicyLimits
{
    /// <summary>Some ten thousand identities with their bindings; nobody reviews more in one file.</summary>
    public const int FileBytes = 1024 * 1024;

    /// <summary>The format nests five deep. What is deeper is an error or an attack on the parser's stack.</summary>
    public const int Depth = 8;

    /// <summary>Enough to mend a file in one go, too few to fill a screen for minutes.</summary>
    public const int Diagnostics = 100;

    /// <summary>Names of ledgers, identities and roles; also what fits in a 64-bit set of pattern positions.</summary>
    public const int NameLength = 63;

    /// <summary>An entry keeps its appender in at most 255 bytes, and the appender is the URI.</summary>
    public const int UriLength = 255;

    /// <summary>A subject of OpenID Connect has at most 255 letters of ASCII (Core, 2); a group's name no more.
    /// </summary>
    public const int SubjectLength = 255;

    /// <summary>A serial number has at most 20 octets (RFC 5280, 4.1.2.2).</summary>
    public const int SerialDigits = 40;

    /// <summary>A distinguished name longer than this is no name of a certificate authority.</summary>
    public const int IssuerLength = 2048;

    /// <summary>Identity-on-pattern pairs that all bindings spell out together: bounds review and comparison.</summary>
    public const int Grants = 200_000;

    /// <summary>The largest rate or amount a quota can name.</summary>
    public const long QuotaAmount = 1_000_000_000_000;

    /// <summary>Patterns advanced by a letter that comparing two policies may spend: about half a second.</summary>
    internal const int SearchSteps = 4_000_000;

    /// <summary>Pairs of patterns that the checks may compare: some ten milliseconds.</summary>
    internal const int CheckedPairs = 400_000;

    /// <summary>Patterns of one identity up to which they are compared pairwise.</summary>
    internal const int PairwisePatterns = 256;
}
