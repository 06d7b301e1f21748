// What the attacker does to committed logs: reads all records, and writes a file of others, all checksums right.
// Owned by one attack.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Tests.Engine.Tamper;

internal static class LogEditor
{
    /// <summary>Replaces a log by one with other records.</summary>
    /// <param name="edit">From a record to those that take its place.</param>
    /// <param name="added">Records behind them.</param>
    public static void Rewrite(
        string path,
        in CommittedLogIdentity identity,
        Func<ushort, byte[], IEnumerable<(ushort Type, byte[] Body)>> edit,
        params (ushort Type, byte[] Body)[] added)
    {
        LinuxFileSystem files = new();
        List<(ushort Type, byte[] Body)> records = [];
        CommittedLog.Open(
            files, path, identity, FileAccessMode.ReadOnly, (type, body) => records.Add((type, body.ToArray())));
        File.Delete(path);
        CommittedLog log = CommittedLog.CreateNew(files, path, identity);
        foreach ((ushort type, byte[] body) in
            records.SelectMany(record => edit(record.Type, record.Body)).Concat(added))
        {
            log.Append(type, body);
        }

        log.CommitNow();
    }
}
