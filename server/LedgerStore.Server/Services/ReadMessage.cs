// A message of a read on its way out: entries, copied once from the engine's memory into the transport's; or an event;
// or a message that was made ready for all who follow. A stream uses one for all its messages, one after the other.
// Owned by its call.
using System.Buffers;
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Following;

namespace LedgerStore.Server.Services;

/// <summary>What a read sends next.</summary>
internal sealed class ReadMessage : WireMessage
{
    private EntrySlice _slice;
    private int _offset;
    private int _bytes;
    private ulong _first;
    private uint _count;
    private ReadResponse? _event;
    private SharedEntries? _shared;

    public override int Length => _shared?.Message.Length
        ?? _event?.CalculateSize()
        ?? EntriesMessage.LengthOf(_first, _count, _bytes);

    /// <summary>Entries of a slice, valid until they are sent.</summary>
    /// <param name="offset">Where in the bundle they begin, in bytes.</param>
    public ReadMessage Set(in EntrySlice slice, int offset, int bytes, long first, int count)
    {
        Clear();
        _slice = slice;
        _offset = offset;
        _bytes = bytes;
        _first = (ulong)first;
        _count = (uint)count;
        return this;
    }

    public ReadMessage Set(ReadResponse other)
    {
        Clear();
        _event = other;
        return this;
    }

    public ReadMessage Set(SharedEntries ready)
    {
        Clear();
        _shared = ready;
        return this;
    }

    public override void WriteTo(IBufferWriter<byte> writer)
    {
        if (_shared is not null)
        {
            writer.Write(_shared.Message);
        }
        else if (_event is not null)
        {
            _event.WriteTo(writer);
        }
        else
        {
            EntriesMessage.Write(writer, _first, _count, _slice.Bundle.Slice(_offset, _bytes));
        }
    }

    private void Clear()
    {
        _slice = default;
        _event = null;
        _shared = null;
    }
}
