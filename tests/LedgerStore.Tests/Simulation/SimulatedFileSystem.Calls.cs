// The way into every call: the counter, the trace, the fault plan and the power switch.

using System.Text;
using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

internal sealed partial class SimulatedFileSystem
{
    private const int TraceMax = 100_000;

    private readonly List<SimulatedCall> _trace = [];
    private SimulatedFault _fault;
    private string? _crashedAt;

    /// <summary>Decides what each call meets. Called under the lock: it must not call the file system.</summary>
    public Func<SimulatedCall, SimulatedFault>? Faults { get; set; }

    /// <summary>Calls so far.</summary>
    public long CallCount { get; private set; }

    /// <summary>True once the power has failed: every call throws <see cref="SimulatedCrash"/> from then on.</summary>
    public bool IsCrashed => Volatile.Read(ref _crashedAt) is not null;

    /// <summary>The calls so far (the first 100,000).</summary>
    public IReadOnlyList<SimulatedCall> Trace => _trace;

    /// <summary>The last calls, for the message of a failed test.</summary>
    public string DescribeLastCalls(int count)
    {
        lock (_gate)
        {
            StringBuilder text = new();
            for (int i = Math.Max(0, _trace.Count - count); i < _trace.Count; i++)
            {
                text.Append(_trace[i]).Append('\n');
            }

            return text.Append(_crashedAt is null ? "" : $"then the power failed: {_crashedAt}\n").ToString();
        }
    }

    /// <summary>The power fails now.</summary>
    public void PowerOff()
    {
        lock (_gate)
        {
            _crashedAt ??= $"after call {CallCount}";
        }
    }

    /// <summary>Counts the call and applies its fault. False: report success and do nothing.</summary>
    private bool Enter(StorageOperation operation, string path) => Enter(operation, path, 0, 0);

    private bool Enter(StorageOperation operation, string path, long offset, long length)
    {
        ThrowIfCrashed();
        SimulatedCall call = new(++CallCount, operation, path, offset, length);
        if (_trace.Count < TraceMax)
        {
            _trace.Add(call);
        }

        _fault = Faults?.Invoke(call) ?? SimulatedFault.None;
        if (_fault.Kind == SimulatedFaultKind.CrashBefore)
        {
            Volatile.Write(ref _crashedAt, $"before {call}");
            ThrowIfCrashed();
        }

        // A lock is an exception: on a read-only file system an existing lock file can still be locked.
        bool writes = call.Mutates && operation is not (StorageOperation.Lock or StorageOperation.Sync
            or StorageOperation.SyncDirectory or StorageOperation.SyncFileSystem);
        ThrowIf(writes && IsReadOnly, operation, FileErrno.ReadOnlyFileSystem, path);

        // Writes and syncs fail in their own way, half done; every other call fails before it did anything.
        bool failsByItself = operation is StorageOperation.Write or StorageOperation.Sync
            or StorageOperation.SyncDirectory or StorageOperation.SyncFileSystem or StorageOperation.Populate;
        bool isError = _fault.Kind == SimulatedFaultKind.Error;
        ThrowIf(isError && !failsByItself, operation, _fault.Errno, path);
        if (call.Mutates && _random.OneIn(Options.WriteBackOneIn))
        {
            WriteBackSome();
        }

        return _fault.Kind != SimulatedFaultKind.Skip;
    }

    private void Leave()
    {
        if (_fault.Kind == SimulatedFaultKind.CrashAfter)
        {
            Volatile.Write(ref _crashedAt, $"after call {CallCount}");
            ThrowIfCrashed();
        }
    }

    private void ThrowIfCrashed()
    {
        if (_crashedAt is { } where)
        {
            throw new SimulatedCrash(where);
        }
    }
}
