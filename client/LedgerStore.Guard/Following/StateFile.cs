// What a guard knows of one ledger, in a file that is replaced whole. It is written only when all alerts that it has
// accounted for are durable; who loses it finds the same again by reading from where the ledger `_alerts` says that
// watching began. One thread.

using System.Text.Json;
using LedgerStore.Durable;

namespace LedgerStore.Guard;

/// <summary>Keeps the state of ledgers in a directory.</summary>
internal sealed class StateFile(string directory, string origin)
{
    private const int Version = 1;
    private const long BytesMax = 2L * 1024 * 1024 * 1024;

    private static readonly SystemFiles s_files = new(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>The state of a ledger; null: there is none.</summary>
    public LedgerState? Load(string ledger)
    {
        string path = PathOf(ledger);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            Kept? kept = file.Length <= BytesMax ? JsonSerializer.Deserialize<Kept>(file) : null;
            return kept is { Version: Version, State: { } state } && kept.Origin == origin && state.Ledger == ledger
                ? state
                : throw new GuardException(
                    $"{path} is not what the guard knows of {ledger} of {origin}: move it away, and the guard reads "
                    + "the ledger again from where it began");
        }
        catch (JsonException damaged)
        {
            throw new GuardException(
                $"{path} is damaged: {damaged.Message}; move it away, and the guard reads the ledger again from where "
                + "it began", damaged);
        }
    }

    public void Save(LedgerState state)
    {
        _ = Directory.CreateDirectory(directory);
        AtomicFile.Replace(
            s_files, PathOf(state.Ledger), JsonSerializer.SerializeToUtf8Bytes(new Kept(Version, origin, state)));
    }

    private string PathOf(string ledger) => Path.Combine(directory, ledger + ".json");

    private sealed record Kept(int Version, string Origin, LedgerState State);
}
