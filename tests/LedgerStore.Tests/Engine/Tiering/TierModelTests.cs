// A ledger with a random life: appends, policies, holds, clocks that jump, restarts and power cuts. After each step
// what has gone is compared with what may: nothing without a tombstone, nothing held, nothing younger than the floor.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class TierModelTests
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    [Fact]
    public void No_entry_is_gone_and_not_tombstoned_and_none_that_is_held_or_floored_ever_goes()
    {
        long gone = 0;
        for (ulong seed = 1; seed <= (s_long ? 2_000ul : 40); seed++)
        {
            using Life life = new(seed);
            for (int step = 0; step < 30; step++)
            {
                life.Step();
            }

            gone += life.Gone;
        }

        Assert.True(gone > 20_000, $"the lives let only {gone} entries go: they show nothing");
    }

    private sealed class Life : IDisposable
    {
        private readonly ulong _seed;
        private readonly SplitMix _random;
        private readonly List<long> _appended = [];
        private readonly Dictionary<string, LegalHold> _holds = new(StringComparer.Ordinal);
        private readonly HashSet<TombstoneRecord> _tombstones = [];
        private readonly List<string> _story = [];
        private RetentionPolicy _policy = RetentionPolicy.KeepAll;
        private SimulatedFileSystem _disk = new(new SimulatedOptions());
        private TimeSpan _age;
        private TierWorld _world;

        public Life(ulong seed)
        {
            _seed = seed;
            _random = new SplitMix(seed);
            _world = TierWorld.Open(_disk, _age);
            _world.Create();
        }

        public long Gone { get; private set; }

        public void Step()
        {
            RetentionPolicy before = _policy;
            LegalHold[] held = [.. _holds.Values];
            int action = _random.Below(10);
            _story.Add($"{action}");
            Act(action);
            Check(before, held);
        }

        public void Dispose() => _world.Dispose();

        private void Act(int action)
        {
            switch (action)
            {
                case 0 or 1:
                    Append(1 + _random.Below(900));
                    break;
                case 2:
                    Policy();
                    break;
                case 3:
                    Place();
                    break;
                case 4:
                    Release();
                    break;
                case 5 or 6:
                    Run(TimeSpan.FromHours(1 + _random.Below(40)));
                    break;
                case 7:
                    Jump();
                    break;
                case 8:
                    Restart();
                    break;
                default:
                    CutPower();
                    break;
            }
        }

        private void Append(int count)
        {
            _world.Append(count);
            while (_appended.Count < _world.Log.Durable.Value)
            {
                _appended.Add(_world.Time.WallMicros);
            }
        }

        private void Policy()
        {
            _policy = new RetentionPolicy
            {
                ExpireAfter = _random.OneIn(4) ? null : _policy.Floor + TimeSpan.FromHours(_random.Below(60)),
                ExpireBeyondBytes = _random.OneIn(3) ? 1 + _random.Below(40_000) : 0,
                Floor = _policy.Floor + (_random.OneIn(4) ? TimeSpan.FromHours(_random.Below(30)) : TimeSpan.Zero),
                FillAfter = _random.OneIn(3) ? TimeSpan.FromHours(1 + _random.Below(20)) : null,
            };
            _policy = _policy with
            {
                ExpireAfter = _policy.ExpireAfter < _policy.Floor ? _policy.Floor : _policy.ExpireAfter,
            };
            try
            {
                _world.Ledger.SetRetention(_policy);
            }
            catch (StoreException busy) when (busy.Reason == StoreReason.Busy)
            {
                // A crash left open whether entries go: the first round finds out.
                _world.Round();
                NoteFiller();
                _world.Ledger.SetRetention(_policy);
            }
        }

        private void Place()
        {
            long first = _random.Below(_appended.Count + 300);
            try
            {
                LegalHold hold = _world.Ledger.PlaceHold(
                    first, _random.OneIn(4) ? 0 : 1 + _random.Below(700), "case", "anna");
                _holds.Add(hold.Id, hold);
            }
            catch (StoreException busy) when (busy.Reason == StoreReason.Busy)
            {
                // They are going at this moment: it is said, and nothing is promised.
            }
        }

        private void Release()
        {
            if (_holds.Count > 0)
            {
                string id = _holds.Keys.First();
                _holds.Remove(id);
                _world.Ledger.ReleaseHold(id);
            }
        }

        private void Run(TimeSpan time)
        {
            for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromHours(7))
            {
                _world.Time.Pass(TimeSpan.FromHours(7));
                _world.Round();
                NoteFiller();
            }
        }

        /// <summary>The wall clock is wrong for less than a day.</summary>
        private void Jump()
        {
            TimeSpan wrong = TimeSpan.FromDays(_random.Below(800) - 400);
            _world.Time.Step(wrong);
            for (int i = 0; i < 5; i++)
            {
                _world.Time.Pass(TimeSpan.FromHours(3));
                _world.Round();
                NoteFiller(wrong);
            }

            _world.Time.Step(-wrong);
        }

        private void Restart()
        {
            Wander();
            TimeSpan age = Age();
            _world.Close();
            _age = age + TimeSpan.FromMinutes(_random.Below(2_000));
            _world = TierWorld.Open(_disk, _age);
            NoteFiller();
        }

        private void CutPower()
        {
            long call = _disk.CallCount + _random.Below(400);
            SimulatedFileSystem disk = _disk;
            try
            {
                disk.Faults = FaultPlans.At(call, SimulatedFault.CrashBefore);
                Run(TimeSpan.FromHours(_random.Below(60)));
                Wander();
            }
            catch (SimulatedCrash)
            {
                // It goes out here, or behind the last step.
            }

            TimeSpan age = Age();
            SimulatedFileSystem left = disk.Crash(new SeededChooser(_random.Next()));
            try
            {
                _world.Dispose();
            }
            catch (SimulatedCrash)
            {
            }

            _age = age;
            _disk = left;
            _world = TierWorld.Open(_disk, _age);
            Assert.True(_world.Log.Durable.Value >= _appended.Count, Told("what was acknowledged is there"));
            NoteFiller();
        }

        /// <summary>Some steps of tiering, and no more.</summary>
        private void Wander()
        {
            for (int step = _random.Below(60); step > 0; step--)
            {
                _world.Core.RunTiering();
                _world.Turn();
                _world.Time.Pass(TimeSpan.FromMilliseconds(1));
            }
        }

        // Entries that the store itself made, at a time between the last step and now.
        private void NoteFiller(TimeSpan wrong = default)
        {
            while (_appended.Count < _world.Log.Durable.Value)
            {
                _appended.Add(_world.Time.WallMicros - RetentionPolicy.Micros(wrong));
            }
        }

        private void Check(RetentionPolicy before, LegalHold[] held)
        {
            IReadOnlyList<TombstoneRecord> tombstones = _world.Log.Segments.Expired.Tombstones;
            Assert.True(_tombstones.IsSubsetOf(tombstones), Told("what has gone stays gone"));
            Gone = tombstones.Sum(static tombstone => tombstone.Count);
            Assert.Equal(Gone, _world.Check(_appended.Count));
            if (_world.Log.Expiring is null)
            {
                _world.CheckSaid();
            }

            LegalHold[] kept = [.. held.Where(hold => _holds.ContainsKey(hold.Id))];
            TimeSpan floor = before.Floor < _policy.Floor ? before.Floor : _policy.Floor;
            foreach (TombstoneRecord tombstone in tombstones.Where(_tombstones.Add))
            {
                Assert.False(
                    Array.Exists(kept, hold => Covers(hold, tombstone)), Told($"{tombstone} is of entries on hold"));
                Assert.True(
                    _appended[(int)tombstone.End - 1] + RetentionPolicy.Micros(floor) <= _world.Time.WallMicros,
                    Told($"{tombstone} is of entries below the floor of {floor}"));
            }
        }

        private static bool Covers(LegalHold hold, TombstoneRecord tombstone)
        {
            long end = hold.Count == 0 ? long.MaxValue : hold.FirstIndex + hold.Count;
            return tombstone.First < end && hold.FirstIndex < tombstone.End;
        }

        private TimeSpan Age() => _world.Time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private string Told(string what) => $"seed {_seed}, steps {string.Join(' ', _story)}: {what}";
    }
}
