// SIGTERM and SIGINT: the first one asks for an orderly end, those that come with it change nothing, and a later one
// ends the process at once. The signal handlers run on threads of the runtime.
using System.Runtime.InteropServices;

namespace LedgerStore.Server.Hosting;

/// <summary>Waits for the request to stop.</summary>
internal sealed class Shutdown : IDisposable
{
    /// <summary>
    /// One wish to stop often comes as several signals: a shell signals the whole group, and a program that started
    /// this one (`dotnet run`, a supervisor) hands on what it got. Whoever still waits after this long means it.
    /// </summary>
    public static readonly TimeSpan OneWish = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly PosixSignalRegistration[] _registrations;
    private long _requestedAt;

    public Shutdown(TimeProvider time)
    {
        _time = time;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];
    }

    /// <summary>Completes when somebody wants the server to stop.</summary>
    public Task Requested => _requested.Task;

    /// <summary>Asks for an orderly end.</summary>
    /// <returns>False when that was asked for so long ago that it is to end at once.</returns>
    public bool Request()
    {
        // Never zero: zero says that nobody asked yet.
        long now = Math.Max(1, _time.GetTimestamp());
        long first = Interlocked.CompareExchange(ref _requestedAt, now, 0);
        _requested.TrySetResult();
        return first == 0 || _time.GetElapsedTime(first, now) < OneWish;
    }

    /// <summary>Asks for an orderly end when this stream ends: whoever started the process has its other end.</summary>
    public void RequestAtEndOf(Stream input) => _ = Task.Run(() => Drain(input));

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Drain(Stream input)
    {
        Span<byte> ignored = stackalloc byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A terminal that went away has ended too.
        }

        Request();
    }

    // Without this the runtime would end the process at once, in the middle of the last flush.
    private void OnSignal(PosixSignalContext signal) => signal.Cancel = Request();
}
