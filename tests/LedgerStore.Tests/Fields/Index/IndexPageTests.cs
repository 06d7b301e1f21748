// Pages: what is written is found, every other encoding is refused, and no bytes make a reader fail otherwise.

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields.Index;

public sealed class IndexPageTests
{
    [Property(MaxTest = 300)]
    public Property What_is_written_is_found_and_nothing_else() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            Random random = new(seed);
            Dictionary<uint, BundleSet> expected = [];
            for (int term = random.Next(30); term > 0; term--)
            {
                BundleSet bundles = default;
                for (int i = random.Next(4) switch { 0 => 1, 1 => 2, 2 => 31, _ => random.Next(1, 256) }; i > 0; i--)
                {
                    bundles.Add(random.Next(256));
                }

                expected[0xAB000000 | (uint)random.Next(60)] = bundles;
            }

            byte[] page = Write(expected);
            for (uint term = 0xAB000000; term < 0xAB00003C; term++)
            {
                Assert.Equal(expected.GetValueOrDefault(term), IndexPage.Find(FieldKind.Text, page, term));
            }
        });

    [Theory]
    [InlineData("00")]
    [InlineData("00000000")]
    [InlineData("0100000000000100" + "00")]
    [InlineData("02000000" + "00000101" + "00000101")]
    [InlineData("02000000" + "00000201" + "00000101")]
    [InlineData("FFFFFFFF" + "00000101")]
    [InlineData("00000000" + "000001010A")]
    [InlineData("00000000" + "000001020A0A")]
    [InlineData("00000000" + "000001020B0A")]
    [InlineData("00000000" + "000001020A")]
    [InlineData("00000000" + "00000120000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")]
    [InlineData("00000000" + "0000010001000000000000000000000000000000000000000000000000000000" + "00000000")]
    [InlineData("01000000" + "0000010A" + "000001020A0B")]
    public void Another_encoding_is_refused(string hex) =>
        Assert.Throws<MalformedDataException>(() => IndexPage.Find(FieldKind.Text, Convert.FromHexString(hex), 1));

    [Property(MaxTest = 3_000)]
    public Property No_bytes_make_a_reader_fail_otherwise() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            BoundClause clause = BoundClause.Bind(SegmentMaker.Spec, Clause.Parse("size>1"));
            foreach (byte[] page in new[] { bytes, [1, 0, 0, 0, .. bytes], [0, 0, 0, 0, .. bytes] })
            {
                OnlyMalformed(() => IndexPage.Find(FieldKind.Id, page, 0));
                OnlyMalformed(() => ZonePage.Find([.. page, .. new byte[32]], clause));
            }

            OnlyMalformed(() => IndexStatement.Read(bytes));
            OnlyMalformed(() => IndexFile.Read((byte[])[.. "LSINDEX1"u8, 1, 0, 0, 0, 6, 0, .. bytes]));
        });

    private static void OnlyMalformed(Action read)
    {
        try
        {
            read();
        }
        catch (MalformedDataException)
        {
            // That is how bytes are refused.
        }
    }

    private static byte[] Write(Dictionary<uint, BundleSet> terms)
    {
        Posting[] postings = [.. terms.OrderBy(static one => one.Key).SelectMany(static one => Enumerable.Range(0, 256)
            .Where(bundle => one.Value.Has(bundle)).Select(bundle => new Posting(7, one.Key, bundle)))];
        List<byte> page = [];
        if (postings.Length > 0)
        {
            IndexPage.Write(FieldKind.Text, postings, page);
        }

        return [.. page];
    }
}
