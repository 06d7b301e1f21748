// The collection of the tests that count what the whole process holds or allocates.
using Xunit;

namespace LedgerStore.Tests;

/// <summary>Alone: what other tests allocate would be counted too.</summary>
[CollectionDefinition(nameof(CountedAlone), DisableParallelization = true)]
public sealed class CountedAlone;
