// What tiering has done, for metrics and people. Written by the tiering thread, read by any.

namespace LedgerStore.Engine.Tiering;

/// <summary>Counts.</summary>
internal sealed class TieringCounters
{
    private volatile TieringStatus _status = new(0, 0, 0, 0, 0, 0, null);

    public TieringStatus Read() => _status;

    public void Round() => Change(static status => status with { Rounds = status.Rounds + 1 });

    public void Recompressed() => Change(static status => status with { Recompressed = status.Recompressed + 1 });

    public void MovedCold() => Change(static status => status with { MovedCold = status.MovedCold + 1 });

    public void KeptLonger() => Change(static status => status with { KeptLonger = status.KeptLonger + 1 });

    public void Expired(long entries) => Change(status => status with { Expired = status.Expired + entries });

    public void Filled(long entries) => Change(status => status with { Filled = status.Filled + entries });

    public void AddBytes(long bytes) => Change(status => status with { Bytes = status.Bytes + bytes });

    public void Failed(Exception cause) => Change(
        status => status with { Failures = status.Failures + 1, LastFailure = cause.Message });

    private void Change(Func<TieringStatus, TieringStatus> change) => _status = change(_status);
}
