// Lies about a list: something left out, twice, in another order, or wrong in the middle of it.
// Pure functions; any thread.

using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace LedgerStore.Tests.Lies;

internal static class ListLies
{
    internal static IEnumerable<(string Kind, Action<IMessage> Change)> Of(FieldDescriptor field)
    {
        yield return ("none", Change(field, static list => list.Clear()));
        yield return ("without the first", Change(field, static list => list.RemoveAt(0)));
        yield return ("without the last", Change(field, static list => list.RemoveAt(list.Count - 1)));
        yield return ("the first twice", Change(field, static list => list.Insert(0, list[0])));
        yield return ("the last twice", Change(field, static list => list.Add(list[^1])));
        yield return ("in reverse", Change(field, static list => list.Reverse()));
        if (field.FieldType == FieldType.Message)
        {
            yield break;
        }

        foreach ((string kind, Func<object, FieldDescriptor, object> change) in ValueLies.For(field.FieldType))
        {
            yield return (
                $"one {kind}",
                Change(field, list => list[list.Count / 2] = change(list[list.Count / 2], field)));
        }
    }

    private static Action<IMessage> Change(FieldDescriptor field, Action<List<object>> change) => message =>
    {
        IList list = (IList)field.Accessor.GetValue(message);
        if (list.Count == 0)
        {
            return;
        }

        List<object> items = [.. list.Cast<object>()];
        change(items);
        list.Clear();
        items.ForEach(item => list.Add(item));
    };
}
