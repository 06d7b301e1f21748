// One random history of a ledger's producers: batches in frames, frames durable or taken back, journal files recycled,
// crashes. The same seed gives the same history.

using System.Text;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using Xunit;

namespace LedgerStore.Tests.Engine.Ledgers;

/// <summary>Drives a table and a model side by side.</summary>
internal sealed class ProducerHistory
{
    private const int Producers = 5;

    private readonly int _seed;
    private readonly Random _random;
    private readonly ProducerModel[] _models = new ProducerModel[Producers];
    private readonly Dictionary<string, ProducerSnapshot> _stateLog = [];
    private readonly List<(int Producer, BatchAnswer Answer, long Position)> _journal = [];

    // Some histories have many batches of one producer in flight, more than a window holds.
    private readonly int _framesInFlightMax;
    private readonly int _batchesPerFrame;

    private ProducerTable _table = new(Producers);
    private long _durable;
    private long _filling = 1;
    private long _recycledTo;
    private long _nextIndex;

    public ProducerHistory(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _framesInFlightMax = _random.Next(1, 4);
        _batchesPerFrame = _random.Next(3) switch { 0 => 2, 1 => 20, _ => 400 };
        for (int i = 0; i < Producers; i++)
        {
            _models[i] = new ProducerModel();
        }
    }

    public void Step()
    {
        int choice = _random.Next(1000);
        int frameRate = 1000 / _batchesPerFrame;
        if (choice < frameRate)
        {
            EndFrame();
        }
        else if (choice < frameRate + 10)
        {
            Recycle();
        }
        else if (choice < frameRate + 12)
        {
            Crash();
        }
        else
        {
            Batch(_random.Next(_random.Next(1, Producers + 1)));
        }
    }

    public void CheckAll()
    {
        for (int producer = 0; producer < Producers; producer++)
        {
            foreach ((BatchAnswer answer, _) in _models[producer].Batches)
            {
                Compare(producer, answer.FirstSequence, answer.Count, answer.Fingerprint);
                Compare(producer, answer.FirstSequence, answer.Count + 1, answer.Fingerprint);
                Compare(producer, answer.FirstSequence, answer.Count, answer.Fingerprint + 1);
            }
        }
    }

    private static string NameOf(int producer) => "producer" + producer;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private ProducerDecision Decide(
        int producer, long first, int count, UInt128 fingerprint, out ProducerWindow? window) =>
        _table.Decide(new ProducerName("id"u8, Bytes(NameOf(producer))), first, count, fingerprint, out window);

    private void Batch(int producer)
    {
        ProducerModel model = _models[producer];
        long first = _random.Next(10) switch
        {
            0 => model.Last + 1 + _random.Next(3),
            1 or 2 when model.Batches.Count > 0 =>
                model.Batches[^_random.Next(1, Math.Min(model.Batches.Count, 70) + 1)].Answer.FirstSequence,
            3 => Math.Max(1, model.Last - _random.Next(300)),
            _ => model.Last + 1,
        };
        int count = _random.Next(1, 4);
        UInt128 fingerprint = (UInt128)_random.Next(2);
        ProducerDecision decision = Compare(producer, first, count, fingerprint);
        if (decision.Verdict != ProducerVerdict.Append)
        {
            return;
        }

        var answer = new BatchAnswer(first, count, _nextIndex, 1000 + _nextIndex, fingerprint);
        _nextIndex += count;
        Decide(producer, first, count, fingerprint, out ProducerWindow? window);
        _table.Record(new ProducerName("id"u8, Bytes(NameOf(producer))), window, answer, _filling);
        model.Append(answer, _filling);
    }

    private ProducerDecision Compare(int producer, long first, int count, UInt128 fingerprint)
    {
        ProducerModel model = _models[producer];
        ProducerDecision decision = Decide(producer, first, count, fingerprint, out _);
        ProducerVerdict expected = model.Decide(first, count, fingerprint);

        Assert.True(
            decision.Verdict == expected,
            $"seed {_seed}: producer {producer} {first}+{count}: {decision.Verdict} and not {expected}");
        Assert.Equal(model.Last + 1, decision.ExpectedSequence);
        if (decision.Verdict == ProducerVerdict.Duplicate)
        {
            (BatchAnswer answer, long position) = model.Batches.Single(b => b.Answer.FirstSequence == first);
            Assert.Equal(answer, decision.Answer);
            Assert.True(Math.Max(decision.Position, _durable) >= Math.Max(position, _durable), $"seed {_seed}");
        }

        if (decision.Verdict == ProducerVerdict.TooOld)
        {
            long needed = model.Batches.Last(b => b.Answer.FirstSequence <= first + count - 1).Position;
            Assert.True(
                Math.Max(decision.Position, _durable) >= needed, $"seed {_seed}: not durable and called stored");
        }

        return decision;
    }

    private void EndFrame()
    {
        _filling++;
        long durable = Math.Max(_durable, _filling - 1 - _random.Next(_framesInFlightMax));
        Write(_durable, durable);
        _durable = durable;
    }

    private void Write(long after, long through)
    {
        for (int producer = 0; producer < Producers; producer++)
        {
            foreach ((BatchAnswer answer, long position) in _models[producer].Batches)
            {
                if (position > after && position <= through)
                {
                    _journal.Add((producer, answer, position));
                }
            }
        }

        _journal.Sort((a, b) => a.Answer.FirstIndex.CompareTo(b.Answer.FirstIndex));
    }

    private void Recycle()
    {
        long oldest = _recycledTo + _random.Next(1 + (int)(_durable - _recycledTo));
        long durable = _durable;
        var snapshots = new List<ProducerSnapshot>();
        if (_random.Next(4) == 0)
        {
            Assert.Equal(-1, _table.CollectSnapshots(durable, 0, int.MaxValue, snapshots));
            CheckSnapshots(snapshots, durable);
        }
        else
        {
            for (int cursor = 0; cursor >= 0;)
            {
                cursor = _table.CollectSnapshots(durable, cursor, 2, snapshots);
                Batch(0);
            }
        }

        // While the snapshots are written and synced, the ledger goes on.
        for (int i = _random.Next(300); i > 0; i--)
        {
            Batch(_random.Next(2));
            if (_random.Next(60) == 0)
            {
                EndFrame();
            }
        }

        foreach (ProducerSnapshot snapshot in snapshots)
        {
            Assert.True(snapshot.LastSequence >= 1);
            _stateLog[Encoding.UTF8.GetString(snapshot.Producer)] = snapshot;
        }

        _table.MarkSaved(durable);
        var unsaved = new List<ProducerSnapshot>();
        _table.CollectSnapshots(durable, 0, int.MaxValue, unsaved);
        Assert.True(unsaved.Count == 0, $"seed {_seed}");
        _recycledTo = oldest;
        _journal.RemoveAll(batch => batch.Position <= oldest);
    }

    private void CheckSnapshots(List<ProducerSnapshot> snapshots, long durable)
    {
        foreach (ProducerSnapshot snapshot in snapshots)
        {
            ProducerModel model = _models[Encoding.UTF8.GetString(snapshot.Producer)[^1] - '0'];
            int remembered = Math.Max(0, model.Remembered - model.InFlight(durable));
            BatchAnswer[] durables = [.. model.Batches.Where(b => b.Position <= durable).Select(b => b.Answer)];
            Assert.Equal(durables[^1].LastSequence, snapshot.LastSequence);
            Assert.Equal(durables.TakeLast(remembered), snapshot.Batches);
        }
    }

    private void Crash()
    {
        foreach (ProducerModel model in _models)
        {
            model.Lose(_durable);
        }

        _table = new ProducerTable(Producers);
        foreach (ProducerSnapshot snapshot in _stateLog.Values)
        {
            _table.Restore(snapshot);
        }

        foreach ((int producer, BatchAnswer answer, long position) in _journal)
        {
            var name = new ProducerName("id"u8, Bytes(NameOf(producer)));
            Assert.True(_table.TryReplay(name, answer, position), $"seed {_seed}: {answer}");
        }

        _filling = _durable + 1;
        for (int producer = 0; producer < Producers; producer++)
        {
            _models[producer].Restart(_stateLog.GetValueOrDefault(NameOf(producer)));
            ProducerWindow? window = _table.Find(new ProducerName("id"u8, Bytes(NameOf(producer))));
            Assert.Equal(_models[producer].Last, window?.LastSequence ?? 0);
        }
    }
}
