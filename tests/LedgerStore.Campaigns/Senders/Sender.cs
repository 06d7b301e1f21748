// One sender of the campaign `intake`: a real program or a real library that sends numbered events to a source of its
// own, and what it was told. One loop for each; the tally has a lock of its own.
using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Where a sender works.</summary>
/// <param name="Home">A directory of its own.</param>
/// <param name="Pki">The directory of a development authority, with the certificates of its clients.</param>
/// <param name="Records">How many events it sends: those with the numbers below.</param>
/// <param name="Time">In how long it sends them, if all goes well.</param>
/// <param name="Size">Asks how many entries its ledger has; null: the store is away.</param>
internal sealed record SenderPlace(
    string Name, string Home, string Pki, int Port, int Records, TimeSpan Time, Tally Tally, Func<Task<ulong?>> Size)
{
    public const string Token = "a token of the campaign";

    public static string TokenHash =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))}";

    public Uri Address => new($"https://localhost:{Port}");

    public string Ledger => LedgerOf(Name);

    public string CaFile => Path.Combine(Pki, "ca.pem");

    public string CertificateFile => Path.Combine(Pki, "clients", "appender.pem");

    public string KeyFile => Path.Combine(Pki, "clients", "appender.key");

    public static string LedgerOf(string sender) => "intake." + sender;

    public string In(string file) => Path.Combine(Home, file);
}

/// <summary>What is different about a sender.</summary>
internal abstract class Sender(SenderPlace place) : IDisposable
{
    public SenderPlace Place => place;

    /// <summary>The kind of its source.</summary>
    public abstract string Kind { get; }

    /// <summary>More keys of its source.</summary>
    public virtual string More => string.Empty;

    /// <summary>Whether it is told that events are stored; without that nothing can be demanded.</summary>
    public virtual bool IsAnswered => true;

    /// <summary>Whether the intake knows its events by an id, or by the bytes of their request.</summary>
    public virtual bool HasIds => true;

    /// <summary>Whether it is known which events it sent more than once.</summary>
    public virtual bool TellsRepeats => true;

    /// <summary>One request after the other, so that order is kept.</summary>
    public virtual bool IsInOrder => true;

    /// <summary>Events that may be under way when the intake is killed.</summary>
    public abstract int UnderWay { get; }

    /// <summary>The source in intake.yaml.</summary>
    public virtual string Source =>
        $"  {place.Name}: {{ kind: {Kind}, ledger: {place.Ledger}, listen: 127.0.0.1:{place.Port}, {More}"
        + $"auth: {{ certificates: [\"spiffe://dev.ledgerstore.test/appender\"], "
        + $"tokens: {{ campaign: \"{SenderPlace.TokenHash}\" }} }} }}";

    /// <summary>Sends all of them; ends when it was told that all are stored, or has handed all over.</summary>
    public abstract Task RunAsync(CancellationToken stop);

    /// <summary>After the last event and the last fault: whatever makes a program send what it still has.</summary>
    public virtual Task NudgeAsync() => Task.CompletedTask;

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Not before its turn: events are spread over the time of the faults.</summary>
    protected Task PaceAsync(int sent, DateTime began, CancellationToken stop)
    {
        TimeSpan ahead = began + (place.Time * sent / place.Records) - DateTime.UtcNow;
        return ahead > TimeSpan.Zero ? Task.Delay(ahead, stop) : Task.CompletedTask;
    }
}
