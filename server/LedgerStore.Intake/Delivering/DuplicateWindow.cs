// Which events came before: those of the last hour at least, as far as the limit of ids allows, in two generations.
// Also those that are on their way now. What it says "came before" of is durable; what it forgot is stored a second
// time. Any thread; one lock, under which a file is written and nothing is waited for.
using System.Runtime.InteropServices;

namespace LedgerStore.Intake.Delivering;

/// <param name="file">Where ids survive a restart.</param>
/// <param name="idsMax">Of both generations together.</param>
internal sealed class DuplicateWindow(WindowFile file, int idsMax, TimeSpan age, TimeProvider time) : IDisposable
{
    // Protects everything below, and the file.
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, (ulong Content, Delivery Delivery)> _underWay = [];
    private Dictionary<UInt128, ulong> _old = [];
    private Dictionary<UInt128, ulong> _new = [];
    private long _newSince = time.GetTimestamp();

    /// <summary>Ids that it knows.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _old.Count + _new.Count;
            }
        }
    }

    /// <summary>Takes up what an earlier process wrote down.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            Restore(_old, file.ReadOlder());
            Restore(_new, file.ReadNewer());
        }
    }

    /// <summary>Whether an event came before, is on its way, or is new: then it is this delivery's from now
    /// on.</summary>
    public Finding Claim(EventKey key, Delivery mine)
    {
        lock (_gate)
        {
            Finding first = Look(key, mine);
            return first.Kind == FindingKind.OtherContent
                ? Look(key.Renamed(), mine) with { IsIdReused = true }
                : first;
        }
    }

    /// <summary>They are durable: from now on they came before.</summary>
    public void Commit(IReadOnlyList<EventKey> keys)
    {
        lock (_gate)
        {
            uint now = SecondsNow();
            foreach (EventKey key in keys)
            {
                _underWay.Remove(key.Name);
                _new[key.Name] = key.Content;
            }

            file.Write(keys, now);
            if (_new.Count >= idsMax / 2 || (time.GetElapsedTime(_newSince) >= age && _new.Count > 0))
            {
                _old = _new;
                _new = [];
                _newSince = time.GetTimestamp();
                file.Turn();
            }
        }
    }

    /// <summary>They are not stored, or nobody knows: the next that brings them stores them.</summary>
    public void Release(IReadOnlyList<EventKey> keys)
    {
        lock (_gate)
        {
            foreach (EventKey key in keys)
            {
                _underWay.Remove(key.Name);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            file.Dispose();
        }
    }

    private void Restore(Dictionary<UInt128, ulong> into, IEnumerable<(EventKey Key, uint Seconds)> rows)
    {
        uint oldest = SecondsNow() - (uint)age.TotalSeconds;
        foreach ((EventKey key, uint seconds) in rows)
        {
            if (seconds >= oldest && into.Count < idsMax / 2)
            {
                into[key.Name] = key.Content;
            }
        }
    }

    private Finding Look(EventKey key, Delivery mine)
    {
        if (_new.TryGetValue(key.Name, out ulong content) || _old.TryGetValue(key.Name, out content))
        {
            return new Finding(content == key.Content ? FindingKind.Before : FindingKind.OtherContent, key, null);
        }

        if (_underWay.TryGetValue(key.Name, out (ulong Content, Delivery Delivery) other))
        {
            return new Finding(
                other.Content != key.Content ? FindingKind.OtherContent
                    : other.Delivery == mine ? FindingKind.Before
                    : FindingKind.UnderWay,
                key,
                other.Delivery);
        }

        _underWay.Add(key.Name, (key.Content, mine));
        return new Finding(FindingKind.New, key, null);
    }

    private uint SecondsNow() => (uint)time.GetUtcNow().ToUnixTimeSeconds();
}

/// <summary>What the window knows of an event.</summary>
internal enum FindingKind
{
    /// <summary>It is to be stored, and its key is to be committed or released.</summary>
    New,

    /// <summary>It is stored, or is another one of this delivery's own.</summary>
    Before,

    /// <summary>Another delivery is storing it.</summary>
    UnderWay,

    /// <summary>Its id belongs to an event that says something else.</summary>
    OtherContent,
}

/// <param name="Key">Under which it is known: not the one that was asked for where an id was used again.</param>
/// <param name="Other">Who is storing it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Finding(FindingKind Kind, EventKey Key, Delivery? Other)
{
    /// <summary>The sender used the id before, for something else.</summary>
    public bool IsIdReused { get; init; }
}
