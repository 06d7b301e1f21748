// What one caller of a NATS connection waits for: a number of answers that must all be good.
// Expected by the caller, taken by the connection's reader.
using System.Text;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class NatsAnswers
{
    private TaskCompletionSource done = new();
    private byte[] mustBe = [];
    private int open;

    /// <summary>Completes with the last of so many answers; faulted when one of them does not have the text.</summary>
    public Task Expect(int answers, string mustBe)
    {
        done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        this.mustBe = Encoding.ASCII.GetBytes(mustBe);
        Volatile.Write(ref open, answers);
        return done.Task;
    }

    public void Take(ReadOnlySpan<byte> answer)
    {
        if (answer.IndexOf(mustBe) < 0 || answer.IndexOf("\"error\""u8) >= 0)
        {
            Fail(new PeerException($"not stored: {Encoding.UTF8.GetString(answer)}"));
        }
        else if (Interlocked.Decrement(ref open) == 0)
        {
            done.TrySetResult();
        }
    }

    public void Fail(Exception error) => done.TrySetException(error);
}
