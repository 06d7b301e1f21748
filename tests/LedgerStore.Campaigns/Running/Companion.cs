// A process of this program itself, the load or the judge: asked by a line, it answers with a line of JSON. Owned by
// its campaign, used by one caller at a time.
using System.Diagnostics;
using System.Text.Json;

namespace LedgerStore.Campaigns.Running;

/// <summary>The load or the judge.</summary>
internal sealed class Companion : IDisposable
{
    private readonly Process _process;

    public Companion(string role, Setting setting)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "LedgerStore.Campaigns.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, role, .. setting.Arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public async Task<T> AskAsync<T>(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync<T>();
    }

    /// <summary>Its input ends; what it says last.</summary>
    public async Task<T> EndAsync<T>()
    {
        _process.StandardInput.Close();
        T answer = await AnswerAsync<T>();
        await _process.WaitForExitAsync();
        return answer;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task<T> AnswerAsync<T>() =>
        await _process.StandardOutput.ReadLineAsync() is { } line
            ? JsonSerializer.Deserialize<T>(line)!
            : throw new InvalidOperationException("a process of the campaign ended; see what it said above");
}
