// Where events came from: the authenticated sender, its address, and when. Immutable; any thread.
namespace LedgerStore.Intake.Records;

/// <param name="Sender">The name that authentication found.</param>
/// <param name="Address">The network address, or the file.</param>
/// <param name="Received">The intake's clock.</param>
internal sealed record Provenance(string Sender, string Address, DateTimeOffset Received);
