// What the tests of committed logs share: a disk with a directory, small records, and opening.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Journal;

internal static class LogFixture
{
    public const string Directory = "/data";
    public const string LogPath = "/data/log";

    public static readonly CommittedLogIdentity Identity = new(CommittedLogKind.State, 0x0123456789ABCDEF, 7);

    public static readonly StorePaths Paths = new(Directory);

    /// <summary>A disk with the data directory on it, durable.</summary>
    public static SimulatedFileSystem Disk(SimulatedOptions options)
    {
        var disk = new SimulatedFileSystem(options);
        disk.CreateDirectory(Directory);
        disk.SyncDirectory("/");
        return disk;
    }

    public static SimulatedFileSystem Disk() => Disk(new SimulatedOptions());

    /// <summary>A record whose body says its number, of a length that depends on it.</summary>
    public static (ushort Type, byte[] Body) Record(int number)
    {
        byte[] body = new byte[4 + (number * 37 % 90)];
        body.AsSpan().Fill((byte)number);
        BitConverter.TryWriteBytes(body, number);
        return ((ushort)(1 + (number % 3)), body);
    }

    public static void Append(CommittedLog log, int number)
    {
        (ushort type, byte[] body) = Record(number);
        log.Append(type, body);
    }

    public static CommittedLog Create(IFileSystem files)
    {
        CommittedLog log = CommittedLog.CreateNew(files, LogPath, Identity);
        log.CommitNow();
        return log;
    }

    /// <summary>Opens the log; the numbers of its records come out, checked byte by byte.</summary>
    public static CommittedLog Open(IFileSystem files, FileAccessMode mode, out List<int> numbers)
    {
        var found = new List<int>();
        CommittedLog log = CommittedLog.Open(files, LogPath, Identity, mode, (type, body) =>
        {
            int number = BitConverter.ToInt32(body);
            (ushort expectedType, byte[] expected) = Record(number);
            if (type != expectedType || !body.SequenceEqual(expected))
            {
                throw new InvalidOperationException($"record {number} came back changed");
            }

            found.Add(number);
        });
        numbers = found;
        return log;
    }
}
