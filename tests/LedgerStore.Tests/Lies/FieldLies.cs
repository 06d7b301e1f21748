// Lies about one field of one message, for every field of every answer, made from the descriptors of the protocol: a
// field that is added has its lies the moment it is compiled.
// Pure functions; any thread.

using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Tests.Lies;

/// <summary>A change of a message in place.</summary>
/// <param name="Field">The innermost field, such as LedgerInfo.size.</param>
internal sealed record FieldLie(string Field, string Kind, Action<IMessage> Change);

internal static class FieldLies
{
    private const int DepthMax = 4;

    /// <summary>The lies about all fields of a method's answers.</summary>
    internal static IEnumerable<Lie> Of(string method, MessageDescriptor answer) =>
        Of(answer, DepthMax).Select(field => new Lie(
            method, field.Field, field.Kind, LieClass.False, told => Tell(told, answer, field.Change)));

    /// <summary>Whether a lie changes a message at all.</summary>
    internal static bool Changes(Lie lie, byte[] message)
    {
        Told told = new([message], Ending.Done, StatusCode.OK);
        return !lie.Tell(told).Is(told);
    }

    // The first message that it changes; of a stream the others stay as they are.
    private static Told Tell(Told told, MessageDescriptor answer, Action<IMessage> change)
    {
        for (int i = 0; i < told.Messages.Count; i++)
        {
            IMessage message = answer.Parser.ParseFrom(told.Messages[i]);
            change(message);
            byte[] changed = message.ToByteArray();
            if (!changed.AsSpan().SequenceEqual(told.Messages[i]))
            {
                byte[][] messages = [.. told.Messages];
                messages[i] = changed;
                return told with { Messages = messages };
            }
        }

        return told;
    }

    private static IEnumerable<FieldLie> Of(MessageDescriptor message, int depth)
    {
        foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
        {
            string name = $"{message.Name}.{field.Name}";
            foreach ((string kind, Action<IMessage> change) in
                field.IsRepeated ? ListLies.Of(field) : ValueLies.Of(field))
            {
                yield return new FieldLie(name, kind, change);
            }

            if (field.FullName == "ledgerstore.v1.Entries.bundle")
            {
                foreach (FieldLie inner in BundleLies.Of(Of(Entry.Descriptor, 1)))
                {
                    yield return inner;
                }
            }

            if (field.FieldType == FieldType.Message && depth > 0 && !IsLeaf(field.MessageType))
            {
                foreach (FieldLie inner in Of(field.MessageType, depth - 1))
                {
                    yield return inner with { Change = outer => ChangeInner(field, outer, inner.Change) };
                }
            }
        }
    }

    private static bool IsLeaf(MessageDescriptor message) =>
        message == Timestamp.Descriptor || message == Duration.Descriptor;

    private static void ChangeInner(FieldDescriptor field, IMessage outer, Action<IMessage> change)
    {
        switch (field.Accessor.GetValue(outer))
        {
            case IList { Count: > 0 } many:
                change((IMessage)many[many.Count / 2]!);
                break;
            case IMessage one:
                change(one);
                break;
            default:
                break;
        }
    }
}
