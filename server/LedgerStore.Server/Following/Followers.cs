// Who follows which ledger: a hub for each ledger that is followed. Any thread; the gate of the turns guards it.
using LedgerStore.Engine;

namespace LedgerStore.Server.Following;

/// <summary>The followers of a server.</summary>
internal sealed class Followers(FollowerTurns turns, TimeSpan heartbeat, TimeProvider time)
{
    private readonly Dictionary<string, FollowerHub> _hubs = new(StringComparer.Ordinal);

    public FollowerTurns Turns => turns;

    /// <summary>Ledgers that are followed now, for tests.</summary>
    public int Hubs
    {
        get
        {
            lock (turns.Gate)
            {
                return _hubs.Count;
            }
        }
    }

    /// <summary>One more follows the ledger; <see cref="Leave"/> must follow.</summary>
    public FollowerHub Join(Ledger ledger)
    {
        lock (turns.Gate)
        {
            if (!_hubs.TryGetValue(ledger.Name, out FollowerHub? hub))
            {
                hub = new FollowerHub(ledger, turns, heartbeat, time);
                _hubs.Add(ledger.Name, hub);
                _ = Task.Run(hub.RunAsync);
            }

            hub.Members++;
            return hub;
        }
    }

    /// <summary>It follows no more. The last one ends the hub.</summary>
    public void Leave(Ledger ledger, FollowerHub hub, Follower follower)
    {
        bool isLast;
        lock (turns.Gate)
        {
            isLast = --hub.Members == 0;
            if (isLast && ReferenceEquals(_hubs.GetValueOrDefault(ledger.Name), hub))
            {
                _hubs.Remove(ledger.Name);
            }
        }

        follower.Unregister();
        turns.Leave(follower);
        if (isLast)
        {
            hub.End();
        }
    }
}
