// Makes volumes where that is permitted, and says why not where it is not. Stateless; any thread.
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns.Running;

/// <summary>Volumes for campaigns.</summary>
internal static class Volumes
{
    /// <summary>Null: it cannot be made here, and the row says why.</summary>
    public static Volume? TryMake(string type, string home, bool isSick, ResultRow row)
    {
        if (MountSpace.Refusal is { } reason)
        {
            row.DidNotRun = reason;
            return null;
        }

        try
        {
            return new Volume(type, home, isSick);
        }
        catch (Exception refused) when (refused is IOException or System.ComponentModel.Win32Exception)
        {
            row.DidNotRun = refused.Message;
            return null;
        }
    }
}
