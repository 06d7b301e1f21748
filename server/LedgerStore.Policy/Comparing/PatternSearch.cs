// Is there a ledger name that matches all of these patterns and none of those? Walks all patterns at once, letter by
// letter, shortest names first, and answers with such a name. Pure but for the step budget of its owner; one thread.
//
// State of a pattern = the set of positions it can be at, one bit each (a pattern has at most 63 characters, so
// positions 0..63 fit). A letter moves position i to i+1 where the pattern has that letter, and leaves it at a '*';
// from a '*' one may also go on without a letter.
namespace LedgerStore.Policy;

internal sealed class PatternSearch(int steps)
{
    private int _stepsLeft = steps;

    public enum Answer
    {
        None,
        Found,

        /// <summary>The budget is used up: there may be one.</summary>
        Unknown,
    }

    public (Answer Answer, string? Name) Find(LedgerPattern[] include, LedgerPattern[] exclude)
    {
        _stepsLeft -= include.Length + exclude.Length;
        if (_stepsLeft < 0)
        {
            return (Answer.Unknown, null);
        }

        // The store's own ledgers are named in full, so such a pattern has one name to try.
        LedgerPattern? full = include.FirstOrDefault(p => p.IsStoreLedger);
        if (full is not null)
        {
            bool isOne = include.All(p => p.Matches(full.Text)) && !exclude.Any(p => p.Matches(full.Text));
            return isOne ? (Answer.Found, full.Text) : (Answer.None, null);
        }

        return exclude.Any(e => include.Any(i => e.Covers(i)))
            ? (Answer.None, null)
            : Walk([.. include, .. exclude.Where(p => !p.IsStoreLedger)], include.Length);
    }

    // Breadth first over the states that names can reach; each state once.
    private (Answer, string?) Walk(LedgerPattern[] patterns, int includeCount)
    {
        string letters = LettersThatMatter(patterns);
        ulong[] start = [.. patterns.Select(p => Open(p.Text, 1))];

        // The start is not one of the seen: coming back to it with letters behind is another thing, as an empty name is
        // no answer and the first letter has less to choose from.
        HashSet<ulong[]> seen = new(new StateComparer());
        Queue<(ulong[] State, string Name)> open = new();
        open.Enqueue((start, ""));
        while (open.TryDequeue(out (ulong[] State, string Name) at))
        {
            if (at.Name.Length > 0 && IsWanted(at.State, patterns, includeCount))
            {
                return (Answer.Found, at.Name);
            }

            foreach (char letter in letters)
            {
                _stepsLeft -= patterns.Length;
                if (_stepsLeft < 0)
                {
                    return (Answer.Unknown, null);
                }

                ulong[]? next = Names.IsName(at.Name + letter) ? Step(at.State, patterns, includeCount, letter) : null;
                if (next is not null && seen.Add(next))
                {
                    open.Enqueue((next, at.Name + letter));
                }
            }
        }

        return (Answer.None, null);
    }

    // Letters that no pattern spells are alike: one of them stands for all. A first letter, if there is one left,
    // because it may stand everywhere.
    private static string LettersThatMatter(LedgerPattern[] patterns)
    {
        HashSet<char> spelled = [.. patterns.SelectMany(p => p.Text).Where(c => c != '*')];
        string other = string.Concat(Names.Letters.Where(c => !spelled.Contains(c)).Take(1));
        return string.Concat(Names.Letters.Where(spelled.Contains)) + other;
    }

    // Null if no name that goes on like this can be an answer.
    private static ulong[]? Step(ulong[] state, LedgerPattern[] patterns, int includeCount, char letter)
    {
        ulong[] next = new ulong[state.Length];
        for (int i = 0; i < next.Length; i++)
        {
            string text = patterns[i].Text;
            ulong moved = 0;
            for (int position = 0; position < text.Length; position++)
            {
                ulong bit = state[i] & 1UL << position;
                moved |= text[position] == '*' ? bit : text[position] == letter ? bit << 1 : 0;
            }

            next[i] = Open(text, moved);
            bool mustNotMatchAndAlwaysWill = i >= includeCount && text[^1] == '*' && IsAtEnd(next[i], text);
            if ((i < includeCount && next[i] == 0) || mustNotMatchAndAlwaysWill)
            {
                return null;
            }
        }

        return next;
    }

    // From each '*' also on without a letter; there are never two in a row.
    private static ulong Open(string text, ulong positions)
    {
        for (int position = 0; position < text.Length; position++)
        {
            if (text[position] == '*')
            {
                positions |= (positions & 1UL << position) << 1;
            }
        }

        return positions;
    }

    private static bool IsWanted(ulong[] state, LedgerPattern[] patterns, int includeCount)
    {
        for (int i = 0; i < state.Length; i++)
        {
            if (IsAtEnd(state[i], patterns[i].Text) != i < includeCount)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAtEnd(ulong positions, string text) => (positions >> text.Length & 1) != 0;

    private sealed class StateComparer : IEqualityComparer<ulong[]>
    {
        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] obj)
        {
            HashCode hash = default;
            foreach (ulong positions in obj)
            {
                hash.Add(positions);
            }

            return hash.ToHashCode();
        }
    }
}
