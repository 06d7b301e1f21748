// The scanner and the framework's JSON reader agree: on what is JSON, and on the values at every path, for arbitrary
// records and damaged ones. And no bytes make the scanner fail.

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LedgerStore.Fields;
using Xunit;

namespace LedgerStore.Tests.Fields;

public sealed class ScannerPropertyTests
{
    private static readonly IndexSpec s_spec = IndexSpec.Parse("""
        ledgerstore fields/v1
        field one id
        path a.b
        path a
        field two id
        path a[*]
        path b[*].a
        path ["a.b"].c
        field three id
        path b[*][*]
        path ["é"][""]
        field four id
        path a.b

        """);

    [Property(MaxTest = 5_000)]
    public Property Scanner_and_framework_agree_on_arbitrary_records() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
            Compare(new JsonGen(new Random(seed), "a", "b", "c", "a.b", "", "é").Record(mayBeDamaged: true)));

    [Property(MaxTest = 2_000)]
    public Property No_bytes_make_the_scanner_fail() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            Compare(bytes);
            Compare([(byte)'{', .. bytes, (byte)'}']);
        });

    private static void Compare(byte[] record)
    {
        if (record.Length == 0)
        {
            return;
        }

        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry(record)));
        bool isObject = JsonOracle.IsObject(record, out _);
        string shown = Encoding.UTF8.GetString(record);
        if (scanner.Values.Opaque is OpaqueReason.None or OpaqueReason.NotJson)
        {
            Assert.True(isObject == (scanner.Values.Opaque == OpaqueReason.None), shown);
        }

        if (scanner.Values.Opaque != OpaqueReason.None)
        {
            return;
        }

        for (int field = OwnField.Count; field < s_spec.Fields.Length; field++)
        {
            string[] expected = [.. JsonOracle.Of(record, s_spec.Fields[field])
                .Select(static value => value.IsNumber ? Number(value.Text) : value.Text)];
            string[] found = [.. scanner.Values.All.ToArray().Where(value => value.Field == field)
                .Select(value => Encoding.UTF8.GetString(scanner.Values.TextOf(value)))];
            Assert.True(expected.SequenceEqual(found), $"{s_spec.Fields[field].Name} of {shown}");
        }
    }

    private static string Number(string token)
    {
        byte[] text = new byte[token.Length + NumberText.LongerByMax];
        return Encoding.UTF8.GetString(text, 0, NumberText.Write(Encoding.UTF8.GetBytes(token), text));
    }
}
