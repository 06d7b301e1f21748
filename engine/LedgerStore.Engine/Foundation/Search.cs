// The one search by halves. Stateless: any thread.
namespace LedgerStore.Engine.Foundation;

/// <summary>Finds where a row of items begins to fit.</summary>
internal static class Search
{
    /// <summary>The first of some items that fits, when all behind one that fits do too.</summary>
    /// <param name="state">What the question is asked with: a static lambda captures nothing.</param>
    /// <returns>The count when none does.</returns>
    public static int First<TState>(int count, TState state, Func<TState, int, bool> fits)
        where TState : allows ref struct
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = fits(state, middle) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
