// All that is done to whole files and directories: exchanged for what is no file, cut, emptied, taken away, put back
// from an earlier moment, exchanged with another's; and strange objects beside them. Made from what is there.
// Stateless.

using LedgerStore.Engine.Format;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class FileForgeries
{
    private const string Files = "a file";
    private const string Older = "an older copy of one file";

    // As the store names its own, and as somebody else does.
    private static readonly string[] s_names =
    [
        "x", "LOCK", "state.log.new", "catalog.new", "keys.new", "store.json.new", "000000000009.1.seg",
        "000000000000.9.seg", "000000000000.9.tiles", "00000000000000ff.jnl", "spare-00000000000000ff.jnl", "99",
        "segments", "bundle.json", "damage", ".hidden",
    ];

    /// <summary>What takes the place of a file, or stands where nothing was.</summary>
    private static readonly (string What, Func<string, bool> Make)[] s_objects =
    [
        ("a pipe", NativeFiles.MakePipe),
        ("a directory", static path => Directory.CreateDirectory(path).Exists),
        ("a link to itself", static path => File.CreateSymbolicLink(path, path) is not null),
        ("a dangling link", static path => File.CreateSymbolicLink(path, path + "-nowhere") is not null),
        ("a link to a device", static path => File.CreateSymbolicLink(path, "/dev/zero") is not null),
        ("the device null", static path => NativeFiles.MakeDevice(path, 3)),
        ("the device zero", static path => NativeFiles.MakeDevice(path, 5)),
        ("a socket", NativeFiles.MakeSocket),
        ("an empty file", static path => Write(path, [])),
        ("noise", static path => Write(path, [.. Enumerable.Range(0, 5_000).Select(static i => (byte)(i * 37))])),
        ("a terabyte of nothing", MakeHuge),
    ];

    /// <summary>All of a store.</summary>
    /// <param name="home">The directory that has data, cold and anchor.</param>
    /// <param name="moments">The same at earlier moments of its life.</param>
    /// <param name="stranger">Another store.</param>
    public static List<Forgery> Of(string home, IReadOnlyList<string> moments, string stranger)
    {
        string[] files = [.. Directory.GetFiles(home, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(home, path)).Order(StringComparer.Ordinal)];
        string[] directories = [.. Directory.GetDirectories(home, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(home, path)).Order(StringComparer.Ordinal)];
        return
        [
            .. files.SelectMany(OfFile),
            .. files.SelectMany(file => OlderCopies(home, file, moments, "moment")),
            .. files.SelectMany(file => OlderCopies(home, file, [stranger], "another store")),
            .. Swaps(files),
            .. directories.SelectMany(OfDirectory),
            .. directories.SelectMany(StrangeObjects),
            .. DamageNotes(),
        ];
    }

    private static IEnumerable<Forgery> OfFile(string file)
    {
        foreach ((string what, Func<string, bool> make) in s_objects)
        {
            yield return Make(Files, $"exchanged for {what}", file, path => Exchange(path, make));
        }

        yield return Make(Files, "taken away", file, static path => Exchange(path, static _ => true));
        yield return Make(Files, "exchanged for a link to itself elsewhere", file, static path =>
        {
            string elsewhere = path + "-elsewhere";
            File.Move(path, elsewhere);
            return File.CreateSymbolicLink(path, elsewhere) is not null;
        });
        yield return Make(Files, "cut to half", file,
            static path => Rewrite(path, static all => all[..(all.Length / 2)]));
        yield return Make(Files, "cut by one byte", file, static path => Rewrite(path, static all => all[..^1]));
        yield return Make(Files, "cut to one page", file, static path => Rewrite(path, static all => all[..4096]));
        yield return Make(Files, "made longer", file,
            static path => Rewrite(path, static all => [.. all, .. all[..Math.Min(64, all.Length)]]));
        yield return Make(Files, "overwritten by zeros", file,
            static path => Rewrite(path, static all => new byte[all.Length]));
        foreach (int part in (int[])[0, 1, 2, 3])
        {
            yield return Make(Files, "one bit changed", $"{file} ({part})", path => Rewrite(path[..^4], all =>
            {
                all[(int)((all.Length - 1L) * part / 3)] ^= 1;
                return all;
            }));
        }
    }

    private static IEnumerable<Forgery> OlderCopies(
        string home, string file, IReadOnlyList<string> moments, string what)
    {
        for (int i = 0; i < moments.Count; i++)
        {
            string old = Path.Combine(moments[i], file);
            if (File.Exists(old)
                && !File.ReadAllBytes(old).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(home, file))))
            {
                string group = what == "moment" ? Older : "the same file of another store";
                yield return Make(group, "put back", $"{file} of {what} {i}", path => Exchange(
                    path[..path.LastIndexOf(" of " + what, StringComparison.Ordinal)],
                    place => Write(place, File.ReadAllBytes(old))));
            }
        }
    }

    private static IEnumerable<Forgery> Swaps(string[] files)
    {
        foreach (IGrouping<string, string> kin in files.GroupBy(static file => Path.GetExtension(file)))
        {
            string[] all = [.. kin];
            for (int i = 0; i + 1 < all.Length; i++)
            {
                (string one, string other) = (all[i], all[i + 1]);
                string name = $"{RecordFile.LabelOf(one)} and {RecordFile.LabelOf(other)} change places";
                yield return new Forgery(name, Files, "changes places with another", copy =>
                {
                    string from = Path.Combine(copy.Home, one);
                    string to = Path.Combine(copy.Home, other);
                    if (!NativeFiles.HasBytes(from) || !NativeFiles.HasBytes(to))
                    {
                        return false;
                    }

                    byte[] bytes = File.ReadAllBytes(from);
                    TamperedStore.Replace(from, File.ReadAllBytes(to));
                    TamperedStore.Replace(to, bytes);
                    return true;
                });
            }
        }
    }

    private static IEnumerable<Forgery> OfDirectory(string directory)
    {
        const string Group = "a directory";
        yield return Make(Group, "taken away", directory, static path =>
        {
            Directory.Delete(path, recursive: true);
            return true;
        });
        yield return Make(Group, "emptied", directory, static path =>
        {
            Directory.Delete(path, recursive: true);
            return Directory.CreateDirectory(path).Exists;
        });
        foreach ((string what, Func<string, bool> make) in s_objects.Where(static one => one.What != "a directory"))
        {
            yield return Make(Group, "exchanged for what is none", $"{directory} ({what})", path =>
            {
                string place = path[..path.LastIndexOf(" (", StringComparison.Ordinal)];
                Directory.Delete(place, recursive: true);
                return make(place);
            });
        }

        yield return Make(Group, "exchanged for a link to itself elsewhere", directory, static path =>
        {
            string elsewhere = path + "-elsewhere";
            Directory.Move(path, elsewhere);
            return File.CreateSymbolicLink(path, elsewhere) is not null;
        });
    }

    /// <summary>Notes that a ledger was found damaged, which nobody found.</summary>
    private static IEnumerable<Forgery> DamageNotes() =>
        from ledger in (uint[])[0, 1, 2, 3, 99]
        from size in (long[])[0, 10, 1_000_000]
        select new Forgery($"a note that ledger {ledger} is damaged, of {size}", "ledgers", "damage note", copy =>
        {
            StoreFile store = StoreFile.Decode(File.ReadAllBytes(copy.Paths.StoreFile));
            byte[] note = new byte[DamageNote.Bytes];
            new DamageNote(store.StoreId, ledger, size, 1).Write(note);
            return Write($"{copy.Data}/quarantine/ledger-{ledger}.damaged", note);
        });

    private static IEnumerable<Forgery> StrangeObjects(string directory) =>
        from name in s_names
        from one in s_objects
        select Make("a strange object", "placed in a directory", $"{directory}/{name} ({one.What})", path =>
        {
            string place = path[..path.LastIndexOf(" (", StringComparison.Ordinal)];
            return !Path.Exists(place) && new FileInfo(place).LinkTarget is null && one.Make(place);
        });

    private static Forgery Make(string group, string what, string name, Func<string, bool> act) =>
        new($"{RecordFile.LabelOf(name)}: {what}", group, what, copy =>
        {
            try
            {
                return act(Path.Combine(copy.Home, name));
            }
            catch (Exception gone) when (gone is IOException or ArgumentException or UnauthorizedAccessException)
            {
                // The other forgery of a pair took it away, or it is shorter.
                return false;
            }
        });

    private static bool Exchange(string path, Func<string, bool> make)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return make(path);
    }

    private static bool Rewrite(string path, Func<byte[], byte[]> edit)
    {
        if (!NativeFiles.HasBytes(path))
        {
            return false;
        }

        byte[] before = File.ReadAllBytes(path);
        byte[] after = edit([.. before]);
        TamperedStore.Replace(path, after);
        return !before.AsSpan().SequenceEqual(after);
    }

    private static bool Write(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        return true;
    }

    private static bool MakeHuge(string path)
    {
        using FileStream file = File.Create(path);
        file.SetLength(1L << 40);
        return true;
    }
}
