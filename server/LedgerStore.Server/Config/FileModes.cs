// What the mode of a file that decides about trust may be: at the start, and each time the file is looked at.
// Pure functions.
using LedgerStore.Pki;

namespace LedgerStore.Server.Config;

/// <summary>How a file must be kept.</summary>
internal enum FileModes
{
    /// <summary>Nobody but its owner may do anything with it: a key.</summary>
    OwnersAlone,

    /// <summary>Others may read it and not write it: who writes it decides who is trusted.</summary>
    OthersReadOnly,
}

/// <summary>Checks modes.</summary>
internal static class FileModesCheck
{
    public const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Whether others have a right that they must not have.</summary>
    public static bool IsBroken(this FileModes kept, UnixFileMode mode) =>
        (mode & (kept == FileModes.OwnersAlone ? PkiFiles.OthersMask : Writable)) != UnixFileMode.None;

    /// <summary>What is wrong, for the log and the access record; null when nothing is.</summary>
    public static string? Problem(this FileModes kept, string path, UnixFileMode mode) => !kept.IsBroken(mode) ? null
        : kept == FileModes.OwnersAlone
            ? $"{path} is not its owner's alone (mode {Octal(mode)}); chmod 600 it, and think about who has read it"
            : $"others may write {path} (mode {Octal(mode)}), so they could decide who is trusted; chmod go-w it";

    public static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
