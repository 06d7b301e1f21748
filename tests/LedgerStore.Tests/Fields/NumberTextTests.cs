// Numbers have one spelling for each value: against exact arithmetic, and by examples.

using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LedgerStore.Fields;
using Xunit;

namespace LedgerStore.Tests.Fields;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.000e7", "0")]
    [InlineData("100", "100")]
    [InlineData("1e2", "100")]
    [InlineData("1E+2", "100")]
    [InlineData("100.00", "100")]
    [InlineData("0.1e3", "100")]
    [InlineData("10000e-2", "100")]
    [InlineData("-1.50", "-1.5")]
    [InlineData("0.25", "0.25")]
    [InlineData("25e-2", "0.25")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000012", "0.0000012")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("-12e-8", "-1.2e-7")]
    [InlineData("1e39", "1000000000000000000000000000000000000000")]
    [InlineData("1e40", "1e40")]
    [InlineData("123e40", "1.23e42")]
    [InlineData("1e99999", "1e99999")]
    [InlineData("1e100000", "")]
    [InlineData("1e-100000", "")]
    [InlineData("1e99999999999", "")]
    public void A_number_is_written_so(string token, string expected) => Assert.Equal(expected, Write(token));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("e5")]
    [InlineData("١")]
    public void What_begins_with_no_number_has_no_token(string text) =>
        Assert.Equal(0, NumberText.TokenBytes(Encoding.UTF8.GetBytes(text)));

    [Property(MaxTest = 5_000)]
    public Property Two_tokens_have_one_text_exactly_when_they_have_one_value()
    {
        Gen<string> digits = Gen.Choose(0, 9).ListOf().Select(all => string.Concat(all.Take(9)));
        Gen<string> token =
            from sign in Gen.Elements("", "-")
            from whole in digits
            from fraction in digits
            from exponent in Gen.Choose(-50, 50)
            select sign + (whole.TrimStart('0').Length == 0 ? "0" : whole.TrimStart('0'))
                + (fraction.Length == 0 ? "" : "." + fraction) + "e" + exponent;
        return Prop.ForAll(token.ToArbitrary(), text =>
        {
            string written = Write(text);
            Assert.True(written.Length <= text.Length + NumberText.LongerByMax);
            Assert.Equal(Exact(text), Exact(written));
            Assert.Equal(written, Write(written));
            Assert.Equal(written.Length, NumberText.TokenBytes(Encoding.UTF8.GetBytes(written)));

            // The same value written otherwise.
            Assert.Equal(written, Write(Other(text)));
        });
    }

    private static string Other(string text)
    {
        int e = text.IndexOf('e', StringComparison.Ordinal);
        string mantissa = text[..e] + (text[..e].Contains('.', StringComparison.Ordinal) ? "00" : ".0");
        return mantissa + "E" + text[(e + 1)..];
    }

    // The value times 10^200, which is whole.
    private static BigInteger Exact(string token)
    {
        string[] parts = token.Split('e', 'E');
        int exponent = parts.Length == 1 ? 0 : int.Parse(parts[1], CultureInfo.InvariantCulture);
        string[] mantissa = parts[0].Split('.');
        string fraction = mantissa.Length == 1 ? "" : mantissa[1];
        return BigInteger.Parse(mantissa[0] + fraction, CultureInfo.InvariantCulture)
            * BigInteger.Pow(10, 200 + exponent - fraction.Length) * (parts[0] == "-0" ? 0 : 1);
    }

    private static string Write(string token)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(token);
        Assert.Equal(bytes.Length, NumberText.TokenBytes(bytes));
        byte[] text = new byte[bytes.Length + NumberText.LongerByMax];
        return Encoding.UTF8.GetString(text, 0, NumberText.Write(bytes, text));
    }
}
