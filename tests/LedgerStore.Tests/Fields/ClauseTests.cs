// Clauses: how they are written, what can be asked of which field, and which entries have them.

using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields;

public sealed class ClauseTests
{
    private static readonly IndexSpec s_spec = IndexSpec.Parse("""
        ledgerstore fields/v1
        field who text fold
        path who
        field what text prefix=./
        path what
        field addr ip
        path ip
        field when time unit=ms
        path time
        field size number
        path size

        """);

    [Theory]
    [InlineData("who=anna", "who", "AnyOf", "anna")]
    [InlineData("who={anna,bob}", "who", "AnyOf", "anna|bob")]
    [InlineData("who={a\\,b,\\}}", "who", "AnyOf", "a,b|}")]
    [InlineData("who=", "who", "AnyOf", "")]
    [InlineData("what=a.*", "what", "Prefix", "a.")]
    [InlineData("what=a.\\*", "what", "AnyOf", "a.*")]
    [InlineData("what=a\\\\*", "what", "Prefix", "a\\")]
    [InlineData("what=a*b", "what", "AnyOf", "a*b")]
    [InlineData("size<1", "size", "Less", "1")]
    [InlineData("size<=1", "size", "AtMost", "1")]
    [InlineData("size>=-1", "size", "AtLeast", "-1")]
    [InlineData("who=a=b", "who", "AnyOf", "a=b")]
    public void A_clause_is_read_and_written_again(string text, string field, string kind, string values)
    {
        Clause clause = Clause.Parse(text);
        Assert.Equal((field, kind), (clause.Field, clause.Kind.ToString()));
        Assert.Equal(values.Split('|'), clause.Values);
        Clause again = Clause.Parse(clause.ToString());
        Assert.Equal((clause.Field, clause.Kind), (again.Field, again.Kind));
        Assert.Equal(clause.Values, again.Values);
    }

    [Theory]
    [InlineData("who", "no clause")]
    [InlineData("=a", "no clause")]
    [InlineData("who={a", "no list")]
    [InlineData("who={a}b", "no list")]
    [InlineData("whom=a", "no field has this name")]
    [InlineData("who<a", "only times and numbers")]
    [InlineData("who=a.*", "declares no beginnings")]
    [InlineData("what=a*", "ends with one of ./")]
    [InlineData("what=*", "ends with one of ./")]
    [InlineData("size=x", "a number is written")]
    [InlineData("size={1,2}", "one value")]
    [InlineData("when>yesterday", "a time is written")]
    public void What_cannot_be_asked_is_refused_and_says_why(string text, string why) => Assert.Contains(
        why,
        Assert.Throws<MalformedDataException>(() => BoundClause.Bind(s_spec, Clause.Parse(text))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("who=ANNA", """{"who":"Anna"}""", "Yes")]
    [InlineData("who=ann", """{"who":"Anna"}""", "No")]
    [InlineData("who={bob,anna}", """{"who":["x"]}""", "No")]
    [InlineData("who={bob,anna}", """{"who":"x","who":"anna"}""", "Yes")]
    [InlineData("who=anna", """{"who":null}""", "No")]
    [InlineData("who=anna", "not json", "Opaque")]
    [InlineData("what=a.*", """{"what":"a.b"}""", "Yes")]
    [InlineData("what=a.*", """{"what":"a."}""", "Yes")]
    [InlineData("what=a.*", """{"what":"a"}""", "No")]
    [InlineData("what=a.b/*", """{"what":"a.b/c.d"}""", "Yes")]
    [InlineData("addr=::ffff:10.0.0.1", """{"ip":"10.0.0.1"}""", "Yes")]
    [InlineData("addr=host", """{"ip":"host"}""", "Yes")]
    [InlineData("addr=010.0.0.1", """{"ip":"10.0.0.1"}""", "No")]
    [InlineData("size=100", """{"size":1e2}""", "Yes")]
    [InlineData("size>100", """{"size":100}""", "No")]
    [InlineData("size>=100", """{"size":"100"}""", "Yes")]
    [InlineData("size<100", """{"size":99.99}""", "Yes")]
    [InlineData("size<=-1", """{"size":-2}""", "Yes")]
    [InlineData("size>-1", """{"size":-2}""", "No")]
    [InlineData("when>=2023-11-14T22:13:20Z", """{"time":1700000000000}""", "Yes")]
    [InlineData("when>2023-11-14T22:13:20Z", """{"time":1700000000000}""", "No")]
    [InlineData("when<2023-11-14T22:13:20Z", """{"time":1699999999999}""", "Yes")]
    [InlineData("when=2023-11-15T00:13:20+02:00", """{"time":1700000000000}""", "Yes")]
    [InlineData("@appender=spiffe://example.org/payments", "not json", "Yes")]
    [InlineData("@appender=other", "not json", "No")]
    [InlineData("@opaque=true", "not json", "Yes")]
    [InlineData("@opaque=true", "{}", "No")]
    [InlineData("@received>2023-01-01T00:00:00Z", "{}", "Yes")]
    [InlineData("@flag=missing:who", "not json", "Opaque")]
    [InlineData("@flag=missing:who", "{}", "No")]
    public void An_entry_has_a_clause_or_not(string clause, string record, string verdict)
    {
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry(record)));
        Assert.Equal(verdict, BoundClause.Bind(s_spec, Clause.Parse(clause)).Match(scanner.Values).ToString());
    }

    [Theory]
    [InlineData("who=a", "size=1", """{"who":"a","size":1}""", "Yes")]
    [InlineData("who=a", "size=1", """{"who":"a","size":2}""", "No")]
    [InlineData("who=a", "@appender=other", "not json", "No")]
    [InlineData("who=a", "@opaque=true", "not json", "Opaque")]
    public void A_question_is_all_of_its_clauses(string first, string second, string record, string verdict)
    {
        Question question = new(s_spec, [Clause.Parse(first), Clause.Parse(second)]);
        FieldScanner scanner = new(s_spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry(record)));
        Assert.Equal(verdict, question.Match(scanner.Values).ToString());
    }
}
