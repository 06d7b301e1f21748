// The table of what every record is: complete, and the same in the code and in FORMAT.md.
using LedgerStore.Engine.Format;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class EvidenceTableTests
{
    [Fact]
    public void Every_type_of_record_has_one_row()
    {
        (string File, int Type)[] types =
        [
            .. Enum.GetValues<CatalogRecordType>().Select(static type => ("catalog", (int)type)),
            .. Enum.GetValues<StateRecordType>().Select(static type => ("state.log", (int)type)),
            .. Enum.GetValues<KeyRecordType>().Select(static type => ("keys", (int)type)),
            .. Enum.GetValues<SectionType>().Select(static type => ("journal", (int)type)),
        ];
        Assert.Equal(
            types.Order(),
            EvidenceTable.Rows.Where(static row => row.Type != 0).Select(static row => (row.File, row.Type)).Order());
    }

    [Fact]
    public void The_document_has_the_same_rows()
    {
        string[] lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs/FORMAT.md"));
        int first = Array.FindIndex(
            lines, static line => line.StartsWith("| file | record | is |", StringComparison.Ordinal));
        Assert.Equal(
            EvidenceTable.Rows.Select(static row =>
                $"| {row.File} | {row.Record} | {row.Kind.ToString().ToLowerInvariant()} | {row.ConfirmedBy} | "
                + $"{row.Notices} |"),
            lines.Skip(first + 2).TakeWhile(static line => line.StartsWith('|')));
    }
}
