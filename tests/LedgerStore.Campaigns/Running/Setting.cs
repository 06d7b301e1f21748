// What the processes of a campaign tell each other when one starts another: where the server is, and where the list.
// Immutable; any thread.
using System.Globalization;
using LedgerStore.Client;
using LedgerStore.Proofs;

namespace LedgerStore.Campaigns.Running;

/// <summary>Where a load or a judge works.</summary>
/// <param name="List">The directory of the list.</param>
/// <param name="Keys">The directory with the certificates and the signing key of a development server.</param>
/// <param name="Pause">How long a writer pauses between two batches, on average.</param>
/// <param name="Patience">How long the last batches may take when everything works.</param>
/// <param name="MayName">Records that the server says it cannot give are counted by themselves.</param>
internal sealed record Setting(
    Uri Address, string List, string Keys, ulong Seed, TimeSpan Pause, TimeSpan Patience, bool MayName)
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    public string[] Arguments =>
    [
        Address.ToString(), List, Keys, Text(Seed), Text(Pause.TotalMilliseconds), Text(Patience.TotalMilliseconds),
        MayName ? "may-name" : "none",
    ];

    public static Setting Parse(IReadOnlyList<string> words) => new(
        new Uri(words[0]), words[1], words[2], ulong.Parse(words[3]), Millis(words[4]), Millis(words[5]),
        words[6] == "may-name");

    public LedgerClient Connect(string identity) => new(new LedgerClientOptions
    {
        Address = Address,
        CertificateFile = Path.Combine(Keys, "pki", "clients", identity + ".pem"),
        KeyFile = Path.Combine(Keys, "pki", "clients", identity + ".key"),
        CaFile = Path.Combine(Keys, "pki", "ca.pem"),
        ConnectTimeout = s_long, // nothing is found because a machine is slow
        CallTimeout = s_long,
    });

    /// <summary>The key of a ledger, from the file and not from the server.</summary>
    public string VerifierKey(string ledger)
    {
        using SigningKey key = SigningKey.FromPem(File.ReadAllBytes(Path.Combine(Keys, "signing.pem")));
        KeyName name = KeyName.Parse("localhost/" + ledger);
        return LedgerKeyDerivation.VerifierKeyOf(key, name, KeyScheme.Derived).ToString();
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static TimeSpan Millis(string text) =>
        TimeSpan.FromMilliseconds(double.Parse(text, CultureInfo.InvariantCulture));
}
