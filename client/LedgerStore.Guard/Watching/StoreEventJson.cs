// An event of the store's own ledger `_audit` as a JSON record, so that rules ask it as any other record: the event's
// name, and the fields of its message by their names. Pure but for its buffer; one thread.

using System.Buffers;
using System.Net;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using LedgerStore.Fields;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Guard;

/// <summary>Writes events as JSON.</summary>
internal sealed class StoreEventJson
{
    private const int TextMax = 1_000;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public StoreEventJson() => _json = new Utf8JsonWriter(_buffer);

    /// <summary>The record of an entry that the store itself made; empty for others, and for what is no
    /// event.</summary>
    public ReadOnlySpan<byte> Write(in EntryView entry)
    {
        if (!entry.ContentType.SequenceEqual("application/x-ledgerstore-event"u8)
            || !(entry.Appender.IsEmpty || entry.Appender.SequenceEqual("ledgerstore"u8)))
        {
            return default;
        }

        try
        {
            return Write(Event.Parser.ParseFrom(entry.Payload));
        }
        catch (InvalidProtocolBufferException)
        {
            return default;
        }
    }

    /// <summary>The record of an event.</summary>
    public ReadOnlySpan<byte> Write(Event happened)
    {
        FieldDescriptor? which = Event.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(happened);
        if (which?.Accessor.GetValue(happened) is not IMessage body)
        {
            return default;
        }

        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("event", which.Name);
        foreach (FieldDescriptor field in body.Descriptor.Fields.InDeclarationOrder())
        {
            Write(field, body);
        }

        if (body.Descriptor.FindFieldByName("peer")?.Accessor.GetValue(body) is string peer)
        {
            // A port is another one each time; an address that stands for several has none.
            _json.WriteString("address", IPEndPoint.TryParse(peer, out IPEndPoint? end) ? $"{end.Address}" : peer);
        }

        switch (body)
        {
            case Denials denied:
                _json.WriteString("known", denied.Identity.Length > 0 ? "yes" : "no");
                break;
            case RetentionChange change:
                _json.WriteString("shorter", RetentionText.IsShorter(change.Before, change.After) ? "yes" : "no");
                break;
            default:
                break;
        }

        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan;
    }

    // Lists, and messages inside of messages, say nothing that a rule asks for.
    private void Write(FieldDescriptor field, IMessage body)
    {
        if (field.IsRepeated || field.FieldType is FieldType.Message or FieldType.Bytes)
        {
            return;
        }

        switch (field.Accessor.GetValue(body))
        {
            case string text:
                // A long one would make the whole event unreadable for rules.
                _json.WriteString(field.Name, text.Length > TextMax ? text[..TextMax] : text);
                break;
            case bool flag:
                _json.WriteBoolean(field.Name, flag);
                break;
            case ulong number:
                _json.WriteNumber(field.Name, number);
                break;
            case uint number:
                _json.WriteNumber(field.Name, number);
                break;
            case long number:
                _json.WriteNumber(field.Name, number);
                break;
            default:
                break;
        }
    }
}
