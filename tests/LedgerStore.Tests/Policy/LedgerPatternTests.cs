// Ledger patterns: '*' is any run of characters and never reaches '_'. Against a naive matcher, and against all names.
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class LedgerPatternTests
{
    private static readonly string[] s_smallNames = [.. Words("ab.", 5)];

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "ab", false)]
    [InlineData("a*", "a", true)]
    [InlineData("a*", "ab", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.", true)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "ab", false)]
    [InlineData("*", "a", true)]
    [InlineData("*", "_audit", false)]
    [InlineData("*audit", "_audit", false)]
    [InlineData("_audit", "_audit", true)]
    [InlineData("_audit", "_audit2", false)]
    [InlineData("*", "A", false)]
    [InlineData("*", "", false)]
    [InlineData("*", "a/b", false)]
    [InlineData("*", "*", false)]
    [InlineData("*.eu.*", "a.eu.b", true)]
    [InlineData("*.eu.*", "a.eu", false)]
    [InlineData("*a*b", "xaxbxab", true)]
    [InlineData("*a*b", "xaxbxa", false)]
    public void Matches_as_written_down(string pattern, string ledger, bool expected) =>
        Assert.Equal(expected, Pattern(pattern).Matches(ledger));

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Assert.True(Pattern("*").Matches(new string('a', 63)));
        Assert.False(Pattern("*").Matches(new string('a', 64)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("_")]
    [InlineData("_A")]
    [InlineData("_a*")]
    [InlineData("__a")]
    [InlineData("a**")]
    [InlineData("a?")]
    [InlineData("[a]")]
    [InlineData("é")]
    public void What_can_match_nothing_or_is_no_pattern_is_refused(string text)
    {
        Assert.Null(LedgerPattern.Parse(text, default, out string problem, out _));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Agrees_with_a_naive_matcher_on_every_small_pattern_and_name()
    {
        foreach (string text in Words("ab.*", 4))
        {
            if (LedgerPattern.Parse(text, default, out _, out _) is not { } pattern)
            {
                continue;
            }

            foreach (string name in s_smallNames)
            {
                Assert.True(Naive(text, name) == pattern.Matches(name), $"{text} on {name}");
            }
        }
    }

    [Property(MaxTest = 20_000)]
    public Property Agrees_with_a_naive_matcher_on_random_ones()
    {
        Gen<string> part = Gen.Elements("a", "ab", "b", ".", "0", "-", "_", "*", "*");
        Gen<string> text = Gen.Select(Gen.ListOf(part), parts => string.Concat(parts.Take(12)));
        return Prop.ForAll(Arb.From(text), Arb.From(text), (patternText, name) =>
            LedgerPattern.Parse(patternText, default, out _, out _) is not { } pattern
            || pattern.Matches(name) == (Names.IsLedger(name) && Naive(patternText, name)));
    }

    [Fact]
    public void No_pattern_makes_matching_slow()
    {
        // The classic of backtracking matchers; here 63 x 63 steps at most, so this ends.
        LedgerPattern pattern = Pattern(string.Concat(Enumerable.Repeat("a*", 31)) + "b");
        for (int i = 0; i < 10_000; i++)
        {
            Assert.False(pattern.Matches(new string('a', 63)));
        }
    }

    [Fact]
    public void What_covers_another_matches_all_that_it_matches()
    {
        LedgerPattern[] patterns = [.. Words("ab*", 4).Append("_a")
            .Select(t => LedgerPattern.Parse(t, default, out _, out _)).OfType<LedgerPattern>()];
        foreach (LedgerPattern wide in patterns)
        {
            foreach (LedgerPattern narrow in patterns.Where(wide.Covers))
            {
                Assert.All(s_smallNames, name => Assert.True(!narrow.Matches(name) || wide.Matches(name),
                    $"{wide} covers {narrow}, but not {name}"));
            }
        }
    }

    [Fact]
    public void The_search_finds_a_name_exactly_if_there_is_one()
    {
        const int seed = 20240611;
        Random random = new(seed);
        LedgerPattern[] patterns = [.. Words("ab*", 4).Append("_a")
            .Select(t => LedgerPattern.Parse(t, default, out _, out _)).OfType<LedgerPattern>()];
        string[] names = [.. Words("abx", 7).Append("_a").Append("_b")];
        for (int round = 0; round < 300; round++)
        {
            LedgerPattern[] include = random.GetItems(patterns, random.Next(1, 3));
            LedgerPattern[] exclude = random.GetItems(patterns, random.Next(0, 4));
            (PatternSearch.Answer answer, string? name) = new PatternSearch(1_000_000).Find(include, exclude);
            string at = $"seed {seed} round {round}: {string.Join(' ', include.AsEnumerable())} without "
                + string.Join(' ', exclude.AsEnumerable());
            bool IsOne(string n) => include.All(p => p.Matches(n)) && !exclude.Any(p => p.Matches(n));
            Assert.True(answer == (names.Any(IsOne) ? PatternSearch.Answer.Found : PatternSearch.Answer.None), at);
            Assert.True(name is null || IsOne(name), $"{at}: {name}");
        }
    }

    [Theory]
    [InlineData("*", "", "a")]
    [InlineData("*", "a*", "b")]
    [InlineData("*.*", "", "a.")]
    [InlineData("x*", "x", "xx")]
    [InlineData("x*", "x*", null)]
    public void The_search_answers_with_a_shortest_name(string include, string exclude, string? expected)
    {
        LedgerPattern[] without = exclude.Length == 0 ? [] : [Pattern(exclude)];
        Assert.Equal(expected, new PatternSearch(100_000).Find([Pattern(include)], without).Name);
    }

    [Fact]
    public void Patterns_that_only_together_cover_another_leave_nothing()
    {
        // 36 first letters, and each of them with anything behind it.
        LedgerPattern[] all = [.. Names.FirstLetters.Select(letter => Pattern($"{letter}*"))];
        Assert.Equal(PatternSearch.Answer.None, new PatternSearch(100_000).Find([Pattern("*")], all).Answer);
        Assert.Equal("9", new PatternSearch(100_000).Find([Pattern("*")], all[..^1]).Name);
    }

    [Fact]
    public void A_search_without_budget_says_that_it_does_not_know() =>
        Assert.Equal(PatternSearch.Answer.Unknown,
            new PatternSearch(10).Find([Pattern("*a*b*")], [Pattern("a*b")]).Answer);

    internal static LedgerPattern Pattern(string text) =>
        LedgerPattern.Parse(text, default, out string problem, out _)
        ?? throw new ArgumentException(problem, nameof(text));

    // The definition, word for word: exponential, and obviously right.
    private static bool Naive(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        return !(name.StartsWith("_") && pattern.Contains('*')) && At(pattern, name);

        static bool At(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
        {
            if (pattern.IsEmpty)
            {
                return name.IsEmpty;
            }

            if (pattern[0] != '*')
            {
                return !name.IsEmpty && name[0] == pattern[0] && At(pattern[1..], name[1..]);
            }

            for (int taken = 0; taken <= name.Length; taken++)
            {
                if (At(pattern[1..], name[taken..]))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>All names over an alphabet, up to a length.</summary>
    internal static IEnumerable<string> Words(string letters, int lengthMax)
    {
        List<string> level = [""];
        for (int length = 1; length <= lengthMax; length++)
        {
            level = [.. level.SelectMany(word => letters.Select(letter => word + letter))];
            foreach (string word in level.Where(w => Names.IsLedger(w) || w.Contains('*', StringComparison.Ordinal)))
            {
                yield return word;
            }
        }
    }
}
