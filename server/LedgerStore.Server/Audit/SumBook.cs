// Counts what is not recorded one by one, by its source: an identity, or the network of who has none. Each source has a
// budget of entries that fills slowly, and all sources together have one. Half of a budget is for records of single
// calls, the other half for sums, so that after a flood of singles its sum follows at once. When a budget is used up,
// counts wait, and go on growing, until there is an entry for them: the longer it lasts, the longer is what one sum
// stands for. No count is lost, and what is written in a day is bounded whatever anybody does.
//
// A named identity is never summed with others: there are as many as the policy has. Networks are bounded in number,
// and so are the calls, ledgers and reasons of one source that are told apart; what finds no room is counted under its
// source as "other".
//
// Guarded by its own lock, which nothing blocks under; any thread.
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Audit;

/// <summary>What is counted together.</summary>
/// <param name="Peer">The network.</param>
internal readonly record struct SumKey(string Identity, string Call, string Ledger, string Peer, string Reason)
{
    public const string Other = "other";

    /// <summary>Who of an identity it was, where that stands for several.</summary>
    public string Person { get; init; } = string.Empty;

    /// <summary>Came without a certificate, to what is open to everybody.</summary>
    public const string Anonymous = "anonymous";

    public bool IsNamed => Identity.Length > 0 && !string.Equals(Identity, Anonymous, StringComparison.Ordinal);

    public string Source => IsNamed ? Identity : Peer;

    /// <summary>Stands for all of the same source that found no room.</summary>
    public SumKey OthersOfSource => new(Identity, Other, Other, IsNamed ? Other : Peer, Other);

    /// <summary>Stands for all that is nobody's and found no room.</summary>
    public SumKey OthersOfAll => new(Identity, Other, Other, Other, Other);
}

/// <summary>A count that is to be written.</summary>
internal readonly record struct WaitingSum(SumKey Key, long Count, DateTimeOffset Since);

/// <summary>Sums of one kind of call.</summary>
/// <param name="singlesPerSecond">Calls of one source in a second that are recorded singly; 0: the first of each key,
/// until its sum is written.</param>
internal sealed class SumBook(SumLimits named, SumLimits unnamed, int singlesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SumShelf _ofNamed = new(named, time);
    private readonly SumShelf _ofUnnamed = new(unnamed, time);

    /// <summary>Sums that wait to be written, for metrics.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _ofNamed.Waiting + _ofUnnamed.Waiting;
            }
        }
    }

    /// <summary>Whether the call gets a record by itself; if not, it has been counted.</summary>
    public bool IsSingle(SumKey key)
    {
        lock (_gate)
        {
            return (key.IsNamed ? _ofNamed : _ofUnnamed).IsSingle(key, singlesPerSecond);
        }
    }

    /// <summary>Counts a call.</summary>
    public void Count(SumKey key)
    {
        lock (_gate)
        {
            (key.IsNamed ? _ofNamed : _ofUnnamed).Count(key);
        }
    }

    /// <summary>Takes the sums for which there is a budget.</summary>
    public void Take(List<WaitingSum> into)
    {
        lock (_gate)
        {
            _ofNamed.Take(into);
            _ofUnnamed.Take(into);
        }
    }

    /// <summary>Takes all sums: at the end there is no later.</summary>
    public void TakeAll(List<WaitingSum> into)
    {
        lock (_gate)
        {
            _ofNamed.TakeAll(into);
            _ofUnnamed.TakeAll(into);
        }
    }
}
