// StoreCheck: the copy of a server's policy, which is beside the anchor.
using System.Security.Cryptography;
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Verification;

internal sealed partial class StoreCheck
{
    private const string PolicyCopySuffix = ".policy";
    private const int PolicyBytesMax = 16 << 20;

    /// <summary>A server keeps a copy of its policy beside its anchor.</summary>
    private void ComparePolicy(ClaimsCheck claims, string copy)
    {
        try
        {
            claims.ComparePolicy(copy, files.Exists(copy) ? HashOf(copy) : null);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            AddShared(copy, damage.Message);
        }
    }

    private byte[] HashOf(string path)
    {
        using IFile file = files.Open(path, FileAccessMode.ReadOnly);
        byte[] text = new byte[Math.Min(file.Length, PolicyBytesMax)];
        return SHA256.HashData(text.AsSpan(0, file.Read(0, text)));
    }
}
