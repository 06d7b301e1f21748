// Attempts and pauses of requests. Immutable; any thread.

using System.Diagnostics;

namespace LedgerStore.Engine.S3;

/// <summary>Sends a request again when the network or the store failed, with pauses that grow.</summary>
internal sealed class Patience(S3ColdStoreOptions options, string store)
{
    /// <param name="what">For messages: "reading 'x'".</param>
    /// <param name="send">One attempt. It may have been done although it failed: attempts must bear repetition.</param>
    /// <exception cref="ColdStoreException">What the last attempt failed of.</exception>
    public async Task<T> TryAsync<T>(
        string what, Func<StallWatch, Task<T>> send, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using StallWatch watch = new(options.StallAfter, cancellationToken);
                return await send(watch).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                bool isLast = attempt >= options.AttemptsMax
                    || Stopwatch.GetElapsedTime(started) >= options.StallAfter
                    || !S3Failures.IsPassing(error);
                if (isLast)
                {
                    throw S3Failures.Of(error, $"{store}: {what} failed{Times(attempt)}");
                }
            }

            await Task.Delay(PauseAfter(attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Times(int attempt) => attempt == 1 ? string.Empty : $" {attempt} times";

    // Many servers lose a store in the same second; a random part keeps them from coming back in the same one.
    private TimeSpan PauseAfter(int attempt) =>
        options.BackOff * Math.Pow(2, attempt - 1) * (1 - (Random.Shared.NextDouble() / 2));
}
