// SIGTERM, SIGINT and SIGHUP-free: the first signal asks for an orderly end, a second one is the system's business.
// The signal handlers run on threads of the runtime.
using System.Runtime.InteropServices;

namespace LedgerStore.Server.Hosting;

/// <summary>Waits for the request to stop.</summary>
internal sealed class Shutdown : IDisposable
{
    private readonly TaskCompletionSource requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] registrations;

    public Shutdown() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
    ];

    /// <summary>Completes when somebody wants the server to stop.</summary>
    public Task Requested => requested.Task;

    /// <summary>The same, from inside.</summary>
    public void Request() => requested.TrySetResult();

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext signal)
    {
        // The runtime would end the process at once; a second signal may.
        signal.Cancel = requested.TrySetResult();
    }
}
