// When accesses cannot be recorded, the log says so when it begins and when it ends, and not once a second.
using LedgerStore.Server.Operations;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class AuditAlarmTests : IDisposable
{
    private static readonly Exception Full = new IOException("there is no room");

    private readonly MemoryLog lines = new();
    private readonly ManualTime time = new(DateTimeOffset.UnixEpoch);
    private readonly AuditAlarm alarm;

    public AuditAlarmTests() => alarm = new AuditAlarm(new ServerLog(lines), time);

    public void Dispose() => lines.Dispose();

    [Fact]
    public void One_line_when_it_begins_and_one_when_it_ends()
    {
        TellForAMinute(Full);
        Assert.StartsWith("Error accesses cannot be recorded", Assert.Single(lines.Lines()), StringComparison.Ordinal);
        TellForAMinute(null);
        Assert.Equal(2, lines.Lines().Length);
        Assert.Equal(
            "Warning accesses are recorded in _audit again, what waited too, after 00:01:00", lines.Lines()[1]);
    }

    [Fact]
    public void A_second_time_is_told_again()
    {
        alarm.Tell(Full);
        alarm.Tell(null);
        alarm.Tell(Full);
        alarm.Tell(null);
        Assert.Equal(4, lines.Lines().Length);
    }

    [Fact]
    public void Nothing_is_said_when_nothing_is_wrong()
    {
        TellForAMinute(null);
        alarm.TellLast(null);
        Assert.Empty(lines.Lines());
    }

    [Fact]
    public void A_server_that_ends_meanwhile_says_what_audit_lacks()
    {
        TellForAMinute(Full);
        alarm.TellLast(Full);
        Assert.Equal(2, lines.Lines().Length);
        Assert.EndsWith("_audit lacks them", lines.Lines()[1], StringComparison.Ordinal);
    }

    private void TellForAMinute(Exception? cause)
    {
        for (int second = 0; second < 60; second++)
        {
            alarm.Tell(cause);
            time.Pass(TimeSpan.FromSeconds(1));
        }
    }
}
