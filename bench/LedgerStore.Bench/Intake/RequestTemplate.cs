// What one kind of sender sends: a request with so many events, each with a number of its own, so that none is a
// duplicate of another. Made once; any thread makes requests of it.
using System.Text;

namespace LedgerStore.Bench.Intake;

internal sealed class RequestTemplate
{
    private const string Number = "000000000000";

    private readonly byte[] _body;
    private readonly List<int> _numbers = [];
    private long _next;

    /// <param name="path">Behind the source's own.</param>
    /// <param name="one">An event, with twelve zeros where its number goes.</param>
    public RequestTemplate(
        string kind, string path, string type, string before, string one, string between, string behind, int events)
    {
        Kind = kind;
        Path = path;
        Type = type;
        Events = events;
        _body = Encoding.UTF8.GetBytes(before + string.Join(between, Enumerable.Repeat(one, events)) + behind);
        byte[] number = Encoding.UTF8.GetBytes(Number);
        for (int at = 0; _body.AsSpan(at).IndexOf(number) is var found and >= 0; at += found + number.Length)
        {
            _numbers.Add(at + found);
        }
    }

    public string Kind { get; }

    public string Path { get; }

    public string Type { get; }

    public int Events { get; }

    /// <summary>The next request.</summary>
    public byte[] Next()
    {
        byte[] body = [.. _body];
        long first = Interlocked.Add(ref _next, _numbers.Count) - _numbers.Count;
        for (int i = 0; i < _numbers.Count; i++)
        {
            long number = first + i;
            for (int digit = Number.Length - 1; number > 0; digit--, number /= 10)
            {
                body[_numbers[i] + digit] = (byte)('0' + (number % 10));
            }
        }

        return body;
    }
}
