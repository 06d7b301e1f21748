// Ways to damage a file. Stateless; any thread.
namespace LedgerStore.Campaigns.Faults;

/// <summary>What happens to a file of a store while nobody has it open.</summary>
internal enum Damage
{
    Removed,
    Emptied,
    CutInHalf,
    ZeroedAtItsHead,
}

/// <summary>Damages files.</summary>
internal static class DamageKinds
{
    private const int HeadBytes = 1024;

    public static IReadOnlyList<Damage> All { get; } = Enum.GetValues<Damage>();

    public static string Text(Damage damage) => damage switch
    {
        Damage.Removed => "removed",
        Damage.Emptied => "emptied",
        Damage.CutInHalf => "cut",
        _ => "zeroed at its head",
    };

    public static void Apply(Damage damage, string path)
    {
        if (damage == Damage.Removed)
        {
            File.Delete(path);
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        switch (damage)
        {
            case Damage.Emptied:
                file.SetLength(0);
                break;
            case Damage.CutInHalf:
                file.SetLength(file.Length / 2);
                break;
            default:
                file.Write(new byte[Math.Min(HeadBytes, file.Length)]);
                break;
        }
    }
}
