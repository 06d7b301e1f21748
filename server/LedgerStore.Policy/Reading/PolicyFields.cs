// Every field the policy file may have, in one table. docs/policy.schema.json says the same; a test compares the two.
// Constants.
namespace LedgerStore.Policy;

internal static class PolicyFields
{
    public static readonly string[] Document =
        ["version", "trust_domain", "identities", "roles", "bindings", "deny", "anonymous_tiles"];

    public static readonly string[] Identity = ["uri", "fingerprint", "oidc"];
    public static readonly string[] Oidc = ["issuer", "subject", "group"];
    public static readonly string[] Binding = ["role", "identities", "ledgers", "quota", "sign_in"];
    public static readonly string[] SignIn = ["acr", "amr", "max_age"];
    public static readonly string[] Quota = ["records_per_second", "bytes_per_second", "streams", "in_flight_bytes"];
    public static readonly string[] Deny = ["issuer", "serial", "spki"];

    /// <summary>The known word that is at most two typing errors away, as a hint; else the list of words.</summary>
    public static string Suggest(string word, IEnumerable<string> known)
    {
        string[] words = [.. known];
        string? near = word.Length > PolicyLimits.NameLength
            ? null
            : words.Where(k => Math.Abs(k.Length - word.Length) <= 2 && Distance(word, k) <= 2)
                .MinBy(k => Distance(word, k));
        return near is not null ? $"did you mean {Quoted.Text(near)}?"
            : words.Length is > 0 and <= 8 ? $"known: {string.Join(", ", words)}" : "";
    }

    // Levenshtein, one row at a time.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
