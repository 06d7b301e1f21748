// Who decides what a power cut keeps: everything or nothing, a seeded coin, or every combination in turn.
// Each chooser belongs to one test.

namespace LedgerStore.Tests.Simulation;

/// <summary>Decides one question after the other; the questions come in the same order for the same state.</summary>
internal interface ICrashChooser
{
    /// <summary>Picks one of 0 to options-1: 0 is the oldest state (all lost), options-1 the newest (all kept).
    /// </summary>
    int Choose(int options);
}

/// <summary>Nothing that was not synced survives.</summary>
internal sealed class LoseAll : ICrashChooser
{
    public int Choose(int options) => 0;
}

/// <summary>Everything survives, as after kill -9: the kernel goes on and writes it all.</summary>
internal sealed class KeepAll : ICrashChooser
{
    public int Choose(int options) => options - 1;
}

/// <summary>Random, with a mood for each crash: mostly lost, mostly kept, one exception, or even.</summary>
internal sealed class SeededChooser : ICrashChooser
{
    private readonly SplitMix _random;
    private readonly int _mood;

    public SeededChooser(ulong seed)
    {
        _random = new SplitMix(seed);
        _mood = _random.Below(6);
    }

    public int Choose(int options) => _mood switch
    {
        0 => 0,
        1 => options - 1,
        2 => _random.OneIn(8) ? _random.Below(options) : 0,
        3 => _random.OneIn(8) ? _random.Below(options) : options - 1,
        _ => _random.Below(options),
    };
}

/// <summary>Every combination of answers, one after the other: while (chooser.Next()) fs.Crash(chooser).</summary>
internal sealed class ExhaustiveChooser : ICrashChooser
{
    private readonly List<(int Picked, int Options)> _answers = [];
    private int _position;
    private bool _started;

    /// <summary>Goes on to the next combination; false when all were seen.</summary>
    public bool Next()
    {
        _position = 0;
        if (!_started)
        {
            return _started = true;
        }

        // An odometer: the last answer that can still grow grows, and those behind it start over.
        while (_answers.Count > 0)
        {
            (int picked, int options) = _answers[^1];
            if (picked + 1 < options)
            {
                _answers[^1] = (picked + 1, options);
                return true;
            }

            _answers.RemoveAt(_answers.Count - 1);
        }

        return false;
    }

    public int Choose(int options)
    {
        if (_position == _answers.Count)
        {
            _answers.Add((0, options));
        }

        return _answers[_position++].Picked;
    }

    public override string ToString() => string.Join(' ', _answers.Select(a => $"{a.Picked}/{a.Options}"));
}

/// <summary>Answers like another chooser but for one question, which gets the opposite answer; and counts.</summary>
internal sealed class OneExceptionChooser(ICrashChooser usual, ICrashChooser exception, int at) : ICrashChooser
{
    /// <summary>How many questions there were.</summary>
    public int Questions { get; private set; }

    /// <summary>The number of combinations, as far as the answers given lead; at most one million.</summary>
    public int Combinations { get; private set; } = 1;

    public int Choose(int options)
    {
        Combinations = Math.Min(1_000_000, Combinations * options);
        return (Questions++ == at ? exception : usual).Choose(options);
    }
}
