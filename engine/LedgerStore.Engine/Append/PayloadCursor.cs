// Walks once through a payload that may lie in several pieces of memory. A value on the stack of EntryBuilder.Build.

using System.Buffers;
using System.Runtime.CompilerServices;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Append;

/// <summary>Copies the next bytes of a payload out.</summary>
internal ref struct PayloadCursor
{
    private readonly ReadOnlySequence<byte> _pieces;
    private SequencePosition _next;
    private ReadOnlySpan<byte> _rest;

    public PayloadCursor(ReadOnlySpan<byte> payload)
    {
        _pieces = default;
        _next = default;
        _rest = payload;
    }

    public PayloadCursor(in ReadOnlySequence<byte> payload)
    {
        _pieces = payload;
        _next = payload.Start;
        _rest = default;
    }

    /// <summary>Fills the destination and moves on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CopyNext(Span<byte> destination)
    {
        if (_rest.Length >= destination.Length)
        {
            _rest[..destination.Length].CopyTo(destination);
            _rest = _rest[destination.Length..];
            return;
        }

        CopyNextSlow(destination);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CopyNextSlow(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_rest.IsEmpty)
            {
                bool more = _pieces.TryGet(ref _next, out ReadOnlyMemory<byte> piece);
                Invariant.That(more, "the payload is as long as its lengths say: Measure checked it");
                _rest = piece.Span;
                continue;
            }

            int taken = Math.Min(_rest.Length, destination.Length);
            _rest[..taken].CopyTo(destination);
            _rest = _rest[taken..];
            destination = destination[taken..];
        }
    }
}
