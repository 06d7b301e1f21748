// Specs: one text for each, limits, and the shipped profiles, whose ids never change.

using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields;

public sealed class IndexSpecTests
{
    private const string Header = IndexSpec.Header + "\n";

    [Theory]
    [InlineData("field a text\npath a\n")]
    [InlineData("field a text fold required prefix=./\npath a.b[*].c\npath [\"x y\"][\"\\\\\\\"\"]\n")]
    [InlineData("field a time unit=ns\npath @timestamp\nfield b number\npath b\nfield c ip\npath c\n")]
    [InlineData("field a text fold type=string\npath a\nvalue x y\nvalue é\nreject\n")]
    [InlineData("field b ip type=address\npath b\n")]
    [InlineData("field a time unit=s skew=300\npath a\n")]
    [InlineData("reject\n")]
    [InlineData("")]
    public void A_canonical_text_is_read_and_written_again(string body)
    {
        IndexSpec spec = IndexSpec.Parse(Header + body);
        Assert.Equal(Header + body, spec.Text);
        Assert.Equal(spec.Id, IndexSpec.Of([.. spec.Fields.Skip(OwnField.Count)], spec.Rejects).Id);
    }

    [Theory]
    [InlineData("field A text\npath a\n", "name")]
    [InlineData("field @a text\npath a\n", "name")]
    [InlineData("field a blob\npath a\n", "kind")]
    [InlineData("field a text\n", "0 paths")]
    [InlineData("path a\n", "a line is")]
    [InlineData("field a text\npath a\npath a\n", "different")]
    [InlineData("field a text\npath a\nfield a text\npath b\n", "two fields")]
    [InlineData("field a id fold\npath a\n", "'fold'")]
    [InlineData("field a id unit=ms\npath a\n", "'unit=ms'")]
    [InlineData("field a time unit=h\npath a\n", "unit=")]
    [InlineData("field a time\npath a\n", "canonical")]
    [InlineData("field a text required fold\npath a\n", "canonical")]
    [InlineData("field a text prefix=..\npath a\n", "prefix=")]
    [InlineData("field a text prefix=x\npath a\n", "prefix=")]
    [InlineData("field a text\npath a..b\n", "name is missing")]
    [InlineData("field a text\npath [*]\n", "after '['")]
    [InlineData("field a text\npath [\"a\n", "after '['")]
    [InlineData("field a text\npath [\"a\"]\n", "canonical")]
    [InlineData("field a text\npath a b\n", "'.' or '['")]
    [InlineData("field a text type=address\npath a\n", "type=")]
    [InlineData("field a time unit=ms type=string\npath a\n", "type=")]
    [InlineData("field a ip type=string\npath a\n", "type=")]
    [InlineData("field a time unit=ms skew=0\npath a\n", "skew=")]
    [InlineData("field a time unit=ms skew=31622401\npath a\n", "skew=")]
    [InlineData("field a text skew=5\npath a\n", "'skew=5'")]
    [InlineData("field a number\npath a\nvalue 1\n", "value")]
    [InlineData("field a text\npath a\nvalue \n", "value")]
    [InlineData("field a text\npath a\nvalue x\nvalue x\n", "once")]
    [InlineData("field a text fold\npath a\nvalue X\n", "large letter")]
    [InlineData("field a text\nvalue x\npath a\n", "canonical")]
    [InlineData("reject\nfield a text\npath a\n", "a line is")]
    [InlineData("reject\nreject\n", "a line is")]
    [InlineData("field a text\npath a", "line feed")]
    public void What_is_no_spec_is_refused_and_says_why(string body, string why) => Assert.Contains(
        why,
        Assert.Throws<MalformedDataException>(() => IndexSpec.Parse(Header + body)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Limits_are_limits()
    {
        string sixteen = string.Concat(Enumerable.Range(0, 16).Select(static i => $"field f{i} id\npath a\n"));
        Assert.Equal(OwnField.Count + 16, IndexSpec.Parse(Header + sixteen).Fields.Length);
        Assert.Throws<MalformedDataException>(() => IndexSpec.Parse(Header + sixteen + "field x id\npath a\n"));
        string steps = string.Join('.', Enumerable.Repeat("a", 17));
        Assert.Throws<MalformedDataException>(() => IndexSpec.Parse(Header + $"field x id\npath {steps}\n"));
        Assert.Throws<MalformedDataException>(
            () => IndexSpec.Parse(Header + $"field x id\npath {new string('a', 513)}\n"));
    }

    [Theory]
    [InlineData("ocsf", "9f88ac4d2d2868126b14144845a770acd9d9cdff777d1a2d2b3c89168c154f3d")]
    [InlineData("k8s", "d2236f50057b693385883ed97e1cb521004e9bbe6b622276b7c3f48f9f5ae084")]
    [InlineData("cloudevents", "884757dd21bd587676e3242db1805748aef4fd9b6b5dbaa42940dc2deb42d427")]
    [InlineData("ecs", "c3692d9fbd586fc8a6c2862c448d064853f0e0b6f08ba18afc7c8481f5c62f82")]
    [InlineData("hoop", "310349ded8e3c41ee6fff21134cbd3dc04f1f91a0195717db57df44345dbe41b")]
    public void A_shipped_profile_never_changes(string name, string id) =>
        Assert.Equal(id, SpecProfile.Find(name)!.Id.ToString());

    [Fact]
    public void There_is_no_other_profile()
    {
        Assert.Equal(["ocsf", "k8s", "cloudevents", "ecs", "hoop"], SpecProfile.Names);
        Assert.Null(SpecProfile.Find("none"));
    }
}
