// Lies about a single value, by its type. A type without lies stops the campaign.
// Pure functions; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace LedgerStore.Tests.Lies;

internal static class ValueLies
{
    private const long Day = 86_400;

    internal static IEnumerable<(string Kind, Action<IMessage> Change)> Of(FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message)
        {
            return OfMessage(field);
        }

        return For(field.FieldType).Select(lie => (lie.Kind, new Action<IMessage>(message =>
            field.Accessor.SetValue(message, lie.Change(field.Accessor.GetValue(message), field)))));
    }

    /// <summary>The wrong values in the place of a right one.</summary>
    internal static IEnumerable<(string Kind, Func<object, FieldDescriptor, object> Change)> For(FieldType type) =>
        type switch
        {
            FieldType.UInt64 or FieldType.Fixed64 =>
            [
                ("zero", (_, _) => 0UL),
                ("one more", (value, _) => (ulong)value + 1),
                ("one less", (value, _) => (ulong)value - 1),
                ("the largest", (_, _) => ulong.MaxValue),
            ],
            FieldType.UInt32 =>
            [
                ("zero", (_, _) => 0U),
                ("one more", (value, _) => (uint)value + 1),
                ("one less", (value, _) => (uint)value - 1),
                ("the largest", (_, _) => uint.MaxValue),
            ],
            FieldType.Double => [("another", (_, _) => 0.75), ("no number", (_, _) => double.NaN)],
            FieldType.Bool => [("the opposite", (value, _) => !(bool)value)],
            FieldType.Enum =>
            [
                ("another", (value, field) => Other(value, field)),
                ("unknown", (_, field) => System.Enum.ToObject(field.EnumType.ClrType, 99)),
            ],
            FieldType.String =>
            [
                ("empty", (_, _) => string.Empty),
                ("another", (value, _) => value + "-lie"),
                ("that draws on the terminal", (_, _) => "\e[2K\rverified: all is well\n\u202e"),
            ],
            FieldType.Bytes =>
            [
                ("empty", (_, _) => ByteString.Empty),
                ("short", (value, _) => Cut((ByteString)value)),
                ("long", (value, _) => ByteString.CopyFrom([.. (ByteString)value, (byte)'\n'])),
                ("zeros", (value, _) => ByteString.CopyFrom(new byte[((ByteString)value).Length])),
                ("a bit at the front", (value, _) => Flip((ByteString)value, 0, 3)),
                ("a bit in the middle", (value, _) => Flip((ByteString)value, 1, 2)),
                ("a bit at the end", (value, _) => Flip((ByteString)value, 9, 10)),
            ],
            _ => throw new InvalidOperationException($"there is no lie about values of the type {type}: add some"),
        };

    private static IEnumerable<(string Kind, Action<IMessage> Change)> OfMessage(FieldDescriptor field)
    {
        yield return ("absent", message => field.Accessor.Clear(message));
        yield return ("with nothing in it", message => field.Accessor.SetValue(
            message, field.MessageType.Parser.ParseFrom([])));
        if (field.MessageType == Timestamp.Descriptor)
        {
            yield return ("a day later", Set(
                field, static value => new Timestamp { Seconds = (value?.Seconds ?? 0) + Day }));
            yield return ("beyond all time", Set(
                field, static _ => new Timestamp { Seconds = long.MaxValue, Nanos = -5 }));
        }
        else if (field.MessageType == Duration.Descriptor)
        {
            yield return ("negative", message => field.Accessor.SetValue(message, new Duration { Seconds = -Day }));
            yield return ("beyond all time", message => field.Accessor.SetValue(
                message, new Duration { Seconds = long.MaxValue, Nanos = -5 }));
        }
    }

    private static Action<IMessage> Set(FieldDescriptor field, Func<Timestamp?, Timestamp> change) =>
        message => field.Accessor.SetValue(message, change(field.Accessor.GetValue(message) as Timestamp));

    private static object Other(object value, FieldDescriptor field)
    {
        int number = Convert.ToInt32(value);
        return System.Enum.ToObject(
            field.EnumType.ClrType,
            field.EnumType.Values.First(each => each.Number != number && each.Number > 1).Number);
    }

    private static ByteString Cut(ByteString value) =>
        value.IsEmpty ? value : ByteString.CopyFrom(value.Span[..^1]);

    private static ByteString Flip(ByteString value, int numerator, int denominator)
    {
        byte[] bytes = value.ToByteArray();
        if (bytes.Length > 0)
        {
            bytes[bytes.Length * numerator / denominator] ^= 1;
        }

        return ByteString.CopyFrom(bytes);
    }
}
