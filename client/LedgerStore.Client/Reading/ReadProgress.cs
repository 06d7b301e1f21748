// How far a verified read has got, and whether it got as far as it had to.
// Owned by one enumeration.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

internal sealed class ReadProgress(ReadOptions options, ulong startSize)
{
    private ulong? _first;
    private ulong _reached;
    private ulong _lastEnd;
    private bool _isOver;

    /// <summary>The end was reached once: what comes now is given out at once.</summary>
    internal bool IsLive { get; set; }

    /// <summary>
    /// The subtrees behind the last piece that was closed; null: none, or a range between is unreadable.
    /// </summary>
    internal Task<CompactRange>? LastAfter { get; private set; }

    internal DateTimeOffset FromTime => options.FromTime ?? DateTimeOffset.MinValue;

    /// <summary>Where the read ended although signed entries follow; null: it got as far as it had to.</summary>
    internal ulong? MissingFrom
    {
        get
        {
            bool isAtLimit = options.Limit > 0 && _first is { } from && _reached - from >= options.Limit;
            if (options.Follow || _isOver || isAtLimit || HasNothingOfTime)
            {
                return null;
            }

            ulong next = NextSigned;
            return next < EndMin ? next : null;
        }
    }

    /// <summary>A read from a time on that gave nothing: whether there is nothing, the last entry tells.</summary>
    internal bool HasNothingOfTime => _first is null && options.FromTime is not null && !options.Follow;

    /// <summary>The index that comes next, as far as what was signed at the start tells.</summary>
    internal ulong NextSigned => _first is not null ? _reached
        : options.FromEnd is not null ? FirstAllowed
        : options.FromTime is not null ? startSize
        : options.From;

    /// <summary>A read of the last entries begins nowhere before.</summary>
    internal ulong FirstAllowed =>
        options.FromEnd is { } last && last < startSize ? startSize - last : 0;

    // The last so many entries are as many, wherever the server says that the end is.
    private ulong EndMin => options.FromEnd is { } last && _first is { } from and > 0 && last <= ulong.MaxValue - from
        ? Math.Max(startSize, from + last)
        : startSize;

    /// <summary>The entry is older than what was asked for.</summary>
    internal bool IsBeforeTime(LedgerEntry entry) => options.FromTime is { } time && entry.Received < time;

    internal void Reached(ulong from, ulong end)
    {
        _first ??= from;
        _reached = end;
    }

    /// <summary>The tree is not known from here on: the next piece begins with a proof.</summary>
    internal void Break() => _lastEnd = ulong.MaxValue;

    internal bool Follows(ReadPiece piece, ReadPiece? previous) =>
        LastAfter is not null && _lastEnd == piece.First && (previous is null || previous.End <= piece.First);

    internal void Closed(ReadPiece piece)
    {
        LastAfter = piece.After;
        _lastEnd = piece.End;
    }

    internal void Proven(ulong end) => _reached = Math.Max(_reached, end);

    internal bool IsFirstByTime(ulong index) => options.FromTime is not null && index == _first && index > 0;

    /// <summary>The step has an entry at which the time to read ends.</summary>
    internal bool IsPastUntil(in ReadStep step)
    {
        if (options.Until is not { } until || step.Event is not null)
        {
            return false;
        }

        // Times never decrease: the last entry tells.
        ReadOnlyMemory<byte> last = default;
        foreach (ReadOnlyMemory<byte> entry in step.Split())
        {
            last = entry;
        }

        return new LedgerEntry(0, last).Received >= until;
    }

    /// <summary>The events of a piece that is proven, up to the end of the time to read.</summary>
    internal IEnumerable<LedgerEvent> Events(ReadPiece piece)
    {
        foreach (ReadStep step in piece.Steps)
        {
            if (step.Event is { } other)
            {
                if (!_isOver)
                {
                    yield return other;
                }

                continue;
            }

            ulong index = step.FirstIndex;
            foreach (ReadOnlyMemory<byte> bytes in step.Split())
            {
                LedgerEntry entry = new(index++, bytes);
                _isOver |= options.Until is { } until && entry.Received >= until;
                if (_isOver)
                {
                    yield break;
                }

                yield return entry;
            }
        }
    }
}
