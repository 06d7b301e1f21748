// A record as the bytes that it is, and the files that hold records: read as a list, and written from another one with
// every checksum right. Immutable; any thread.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>A record without its header and checksum.</summary>
internal sealed record RawRecord(int Type, byte[] Body);

/// <summary>The format of a file that holds records.</summary>
internal interface IRecordFormat
{
    /// <summary>Reads all records of a file.</summary>
    List<RawRecord> Read(string path);

    /// <summary>Replaces the file by one with these records.</summary>
    /// <returns>False when no file of this format can hold them; then nothing was changed.</returns>
    bool Write(string path, List<RawRecord> records);
}
