// Somewhere alerts are sent.

namespace LedgerStore.Guard;

/// <summary>A target that is told each alert once it is there. It may be told one again, and after it the later ones.
/// </summary>
internal interface ITarget
{
    /// <summary>What people call it; no password is in it.</summary>
    string Name { get; }

    /// <summary>Sends alerts, in their order; throws when it is not known that they arrived.</summary>
    Task SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellation);
}
