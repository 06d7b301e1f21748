// Something that somebody does with a server: a command of `ledger`, or calls of the client library.
// Immutable; any thread.

namespace LedgerStore.Tests.Lies;

/// <summary>How it ended.</summary>
/// <param name="Code">The exit code; of library calls the one that `ledger` would have.</param>
/// <param name="Output">What it printed and wrote: this is compared with what an honest server leads to.</param>
/// <param name="Errors">What it said on the side.</param>
internal sealed record Result(int Code, string Output, string Errors)
{
    /// <summary>An exception that nobody expects, or no end at all.</summary>
    internal const int Broken = -1;

    public override string ToString() => $"exit code {Code}\n{Output}{Errors}";
}

/// <param name="IsVerified">Its output must be what was signed. Otherwise it shows what the server says.</param>
internal sealed record Scenario(string Name, bool IsVerified, Func<Workbench, TimeProvider, Task<Result>> RunAsync)
{
    public override string ToString() => Name;
}
