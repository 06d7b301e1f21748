// Where a development server keeps its things: the data in one directory, everything that must not be under it in a
// second one beside it. Immutable; any thread.
//
//   <data>                   the store
//   <data>.keys/pki          development authority, server and client certificates
//   <data>.keys/signing.pem  the key that signs checkpoints
//   <data>.keys/anchor       what was signed last
//   <data>.keys/policy.yaml  who may do what
//   <data>.keys/ledger.yaml  a profile for the command `ledger`
//   <data>.keys/intake.token what a sender shows to the intake, where one is asked for
//   <data>.intake            its spool
//   <data>.guard             what the guard knows, where one is asked for
namespace LedgerStore.Server.Hosting;

/// <summary>The paths of a development server.</summary>
internal sealed record DevLayout(string Data)
{
    public string Keys => Data + ".keys";

    public string Pki => Path.Combine(Keys, "pki");

    public string SigningKey => Path.Combine(Keys, "signing.pem");

    public string Anchor => Path.Combine(Keys, "anchor");

    public string Policy => Path.Combine(Keys, "policy.yaml");

    public string Intake => Data + ".intake";

    public string Guard => Data + ".guard";

    public string IntakeToken => Path.Combine(Keys, "intake.token");

    public string Profile => Path.Combine(Keys, "ledger.yaml");

    /// <summary>The layout for a data directory, or for the one that is used when none is named.</summary>
    public static DevLayout For(string? data)
    {
        string chosen = data ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "ledgerstore", "dev");
        return new DevLayout(Path.TrimEndingDirectorySeparator(Path.GetFullPath(chosen)));
    }
}
