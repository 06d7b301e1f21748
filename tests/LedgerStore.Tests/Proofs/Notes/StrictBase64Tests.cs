// Base64 has one form for each value: exactly what Convert would write is accepted, at every length.
// Test code.
using System.Text;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Notes;

public sealed class StrictBase64Tests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Of_all_last_groups_only_the_canonical_ones_are_accepted(string before)
    {
        foreach (char last in Alphabet)
        {
            Check(before + "A" + last + "==", canonical: Alphabet.IndexOf(last) % 16 == 0);
            Check(before + "AA" + last + "=", canonical: Alphabet.IndexOf(last) % 4 == 0);
            Check(before + "AAA" + last, canonical: true);
            Check(before + "AA=" + last, canonical: false);
            Check(before + "A=" + last + "=", canonical: false);
        }
    }

    [Fact]
    public void Every_byte_that_is_not_of_the_alphabet_is_refused()
    {
        for (int value = 0; value < 256; value++)
        {
            byte[] text = "AAAAAAAAAAAAAAAA"u8.ToArray();
            for (int at = 0; at < text.Length; at++)
            {
                text[at] = (byte)value;
                bool padding = value == '=' && at == text.Length - 1;
                bool expected = Alphabet.Contains((char)value, StringComparison.Ordinal) || padding;
                Assert.Equal(expected, StrictBase64.Decode(text) is not null);
                text[at] = (byte)'A';
            }
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AA")]
    [InlineData("AAA")]
    [InlineData("AAAAA")]
    [InlineData("=")]
    [InlineData("====")]
    [InlineData("A===")]
    [InlineData("AA==AA==")]
    [InlineData("AAAA\n   ")]
    [InlineData("A A A A ")]
    [InlineData("AAAA    ")]
    [InlineData("AA==    ")]
    public void Other_forms_are_refused(string text) => Check(text, canonical: false);

    [Fact]
    public void A_destination_that_is_too_small_is_refused()
    {
        Assert.False(StrictBase64.TryDecode("AAAA"u8, new byte[2], out _));
        Assert.True(StrictBase64.TryDecode("AAAA"u8, new byte[3], out int written));
        Assert.Equal(3, written);
        Assert.True(StrictBase64.TryDecode("AA=="u8, new byte[1], out written));
        Assert.Equal(1, written);
    }

    private static void Check(string text, bool canonical)
    {
        byte[]? decoded = StrictBase64.Decode(Encoding.ASCII.GetBytes(text));
        Assert.True(canonical == decoded is not null, text);
        if (decoded is not null)
        {
            Assert.Equal(text, Convert.ToBase64String(decoded));
        }
    }
}
