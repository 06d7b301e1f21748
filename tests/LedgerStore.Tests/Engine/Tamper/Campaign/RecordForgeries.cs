// All forgeries of single records of a store: each field edited, the record left out, repeated, moved; and records
// added that another ledger, an earlier moment or nobody wrote. Made from what is in the files. Stateless.

using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class RecordForgeries
{
    // Of a type that has more records in one file, the first and the last ones stand for all.
    private const int RecordsOfATypeMax = 6;

    /// <summary>All of a store.</summary>
    /// <param name="home">The directory that has data, cold and anchor.</param>
    /// <param name="others">Directories of earlier moments, and of other stores.</param>
    public static List<Forgery> Of(string home, IReadOnlyList<string> others)
    {
        List<RecordFile> files = RecordFiles.Of(home);
        ILookup<(string Kind, int Type), RawRecord> samples = files
            .SelectMany(file => file.Format.Read(Path.Combine(home, file.Path)).Select(one => (file.Kind, one)))
            .Concat(others.SelectMany(other => RecordFiles.Of(other).SelectMany(
                file => file.Format.Read(Path.Combine(other, file.Path)).Select(one => (file.Kind, one)))))
            .ToLookup(one => (one.Kind, one.one.Type), one => one.one);
        return [.. files.SelectMany(file => OfFile(home, file, samples))];
    }

    private static IEnumerable<Forgery> OfFile(
        string home, RecordFile file, ILookup<(string Kind, int Type), RawRecord> samples)
    {
        List<RawRecord> records = file.Format.Read(Path.Combine(home, file.Path));
        foreach (IGrouping<int, int> type in Enumerable.Range(0, records.Count).GroupBy(i => records[i].Type))
        {
            int[] all = [.. type];

            // Counted from both ends: how many lie between depends on how fast the store was made.
            (string Label, int Number)[] chosen = all.Length <= RecordsOfATypeMax
                ? [.. all.Select(static (number, i) => ($"{i}", number))]
                :
                [
                    .. all[..(RecordsOfATypeMax / 2)].Select(static (number, i) => ($"{i}", number)),
                    .. all[^(RecordsOfATypeMax / 2)..].Select(static (number, i) => ($"last {i}", number)),
                ];
            foreach (Forgery forgery in chosen.SelectMany(
                one => OfRecord(file, records, one, samples[(file.Kind, type.Key)])))
            {
                yield return forgery;
            }
        }

        foreach (Forgery added in Added(file, records, samples))
        {
            yield return added;
        }
    }

    private static IEnumerable<Forgery> OfRecord(
        RecordFile file, List<RawRecord> records, (string Label, int Number) which, IEnumerable<RawRecord> kin)
    {
        (string label, int number) = which;
        RawRecord record = records[number];
        RecordShape shape = ShapeOf(file.Kind, record);
        List<FieldPlace> places = shape.Find(record.Body);
        for (int at = 0; at < places.Count; at++)
        {
            byte[]? other = kin.Select(one => FieldOf(shape, one, at)).FirstOrDefault(
                one => one is not null && !one.AsSpan().SequenceEqual(FieldOf(shape, record, at)));
            foreach ((string what, byte[] body) in FieldEdits.Of(record.Body, places[at], other))
            {
                yield return Make(file, shape, $"{label}: {what}", list => Replace(list, number, body));
            }
        }

        yield return Make(file, shape, $"{label} left out", list => list.RemoveAt(number));
        yield return Make(file, shape, $"{label} repeated", list => list.Insert(number, list[number]));
        yield return Make(file, shape, $"{label} repeated at the end", list => list.Add(list[number]));
        yield return Make(file, shape, $"{label} moved to the front", list => Move(list, number, 0));
        yield return Make(
            file, shape, $"{label} moved to the end", list => Move(list, number, list.Count - 1));
        yield return Make(
            file, shape, $"{label} changes places with the next",
            list => Move(list, number, Math.Min(number + 1, list.Count - 1)));
        yield return Make(
            file, shape, $"{label} and all behind it left out", list => list.RemoveRange(number, list.Count - number));
    }

    private static IEnumerable<Forgery> Added(
        RecordFile file, List<RawRecord> records, ILookup<(string Kind, int Type), RawRecord> samples)
    {
        foreach (RecordShape shape in RecordShapes.All.Where(shape => shape.File == file.Kind))
        {
            List<byte[]> bodies = [.. samples[(file.Kind, shape.Type)].Select(one => one.Body)];
            bodies.RemoveAll(body => records.Exists(
                one => one.Type == shape.Type && one.Body.AsSpan().SequenceEqual(body)));
            List<(string What, byte[] Body)> added =
            [
                .. bodies.Take(RecordsOfATypeMax).Select((body, i) => ($"one of elsewhere ({i})", body)),
                .. MadeUp.Of(shape, records).Select((body, i) => ($"one that is made up ({i})", body)),
            ];
            foreach ((string what, byte[] body) in added)
            {
                RawRecord record = new(shape.Type, body);
                yield return Make(file, shape, $"{what} added", list => list.Add(record));
                yield return Make(file, shape, $"{what} added in front", list => list.Insert(0, record));
            }
        }
    }

    private static Forgery Make(RecordFile file, RecordShape shape, string what, Action<List<RawRecord>> edit) => new(
        $"{file.Label}: {shape.Name}: {what}",
        file.Kind,
        shape.Name,
        copy =>
        {
            string path = Path.Combine(copy.Home, file.Path);
            if (!NativeFiles.HasBytes(path))
            {
                return false;
            }

            try
            {
                List<RawRecord> list = file.Format.Read(path);
                edit(list);
                return file.Format.Write(path, list);
            }
            catch (Exception gone) when (gone is ArgumentException or IOException or MalformedDataException)
            {
                // The other forgery of a pair took the record away.
                return false;
            }
        });

    private static void Replace(List<RawRecord> list, int number, byte[] body) =>
        list[number] = list[number] with { Body = body };

    private static void Move(List<RawRecord> list, int from, int to)
    {
        RawRecord record = list[from];
        list.RemoveAt(from);
        list.Insert(to, record);
    }

    private static byte[]? FieldOf(RecordShape shape, RawRecord record, int number)
    {
        List<FieldPlace> places = shape.Find(record.Body);
        return number < places.Count
            ? record.Body[places[number].Offset..(places[number].Offset + places[number].Length)]
            : null;
    }

    private static RecordShape ShapeOf(string kind, RawRecord record) => RecordShapes.Find(kind, record.Type)
        ?? throw new InvalidOperationException($"{kind} has records of type {record.Type}, which nothing is known of");
}
