// A program that sends to an intake, as its packages install it. Owned by its test, which says when it has sent enough.

using System.Diagnostics;
using System.Text;

namespace LedgerStore.Tests.Intake;

internal sealed class SenderProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    internal SenderProcess(string program, params string[] arguments)
        : this(new ProcessStartInfo(program, arguments))
    {
    }

    internal SenderProcess(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal StreamWriter Input => _process.StandardInput;

    /// <summary>Waits for it to end by itself.</summary>
    internal async Task<(int Code, string Said)> EndAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, Said);
    }

    /// <summary>Lets it run until a condition holds.</summary>
    internal async Task RunUntilAsync(Func<bool> isEnough)
    {
        while (!isEnough())
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"{_process.StartInfo.FileName} ended: {Said}");
            }

            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    private void Hear(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
