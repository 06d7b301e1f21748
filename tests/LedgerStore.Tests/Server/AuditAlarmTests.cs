// When accesses cannot be recorded, the log says so when it begins and when it ends, and not once a second.
using LedgerStore.Server.Operations;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class AuditAlarmTests : IDisposable
{
    private static readonly Exception s_full = new IOException("there is no room");

    private readonly MemoryLog _lines = new();
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly AuditAlarm _alarm;

    public AuditAlarmTests() => _alarm = new AuditAlarm(new ServerLog(_lines), _time);

    public void Dispose() => _lines.Dispose();

    [Fact]
    public void One_line_when_it_begins_and_one_when_it_ends()
    {
        TellForAMinute(s_full);
        Assert.StartsWith("Error accesses cannot be recorded", Assert.Single(_lines.Lines()), StringComparison.Ordinal);
        TellForAMinute(null);
        Assert.Equal(2, _lines.Lines().Length);
        Assert.Equal(
            "Warning accesses are recorded in _audit again, what waited too, after 00:01:00", _lines.Lines()[1]);
    }

    [Fact]
    public void A_second_time_is_told_again()
    {
        _alarm.Tell(s_full);
        _alarm.Tell(null);
        _alarm.Tell(s_full);
        _alarm.Tell(null);
        Assert.Equal(4, _lines.Lines().Length);
    }

    [Fact]
    public void Nothing_is_said_when_nothing_is_wrong()
    {
        TellForAMinute(null);
        _alarm.TellLast(null);
        Assert.Empty(_lines.Lines());
    }

    [Fact]
    public void A_server_that_ends_meanwhile_says_what_audit_lacks()
    {
        TellForAMinute(s_full);
        _alarm.TellLast(s_full);
        Assert.Equal(2, _lines.Lines().Length);
        Assert.EndsWith("_audit lacks them", _lines.Lines()[1], StringComparison.Ordinal);
    }

    private void TellForAMinute(Exception? cause)
    {
        for (int second = 0; second < 60; second++)
        {
            _alarm.Tell(cause);
            _time.Pass(TimeSpan.FromSeconds(1));
        }
    }
}
