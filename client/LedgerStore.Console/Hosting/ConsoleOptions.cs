// What a console is made of, decided by whoever starts it. Immutable.

using LedgerStore.WebConsole.Calls;
using LedgerStore.WebPage;

namespace LedgerStore.WebConsole.Hosting;

/// <summary>The parts of a console.</summary>
internal sealed record ConsoleOptions
{
    public required ConsoleFacts Facts { get; init; }

    /// <summary>Answers calls; null: there is nobody to ask.</summary>
    public IConsoleCalls? Calls { get; init; }

    /// <summary>An evidence directory; null: there is none.</summary>
    public ConsoleFiles? Files { get; init; }

    /// <summary>0: any that is free.</summary>
    public int Port { get; init; }

    public PageAssets Assets { get; init; } = PageAssets.Embedded;

    /// <summary>Told when a token that was used already is shown again.</summary>
    public Action OnTokenReused { get; init; } = static () => { };
}
