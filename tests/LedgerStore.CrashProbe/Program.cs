// A small program around a store, for tests that need a process: to trace it, to kill it, to run it where a file system
// of its own is mounted. It says what was acknowledged; the test looks at what is left.
//
//   DIRECTORY BATCHES             appends small records, one after the other
//   fill DIRECTORY BALLAST kill   appends until the disk is full, and waits to be killed
//   fill DIRECTORY BALLAST free   the same, then deletes the file BALLAST, and appends again
//   check DIRECTORY ENTRIES       opens the store; there must be so many entries, or a batch more
//   read DIRECTORY ENTRIES        the same, opened for reading only
using System.Globalization;
using LedgerStore.CrashProbe;
using LedgerStore.Engine;

try
{
    return args[0] switch
    {
        "fill" => await FullDisk.FillAsync(args[1], args[2], mustFree: args[3] == "free"),
        "check" => await FullDisk.CheckAsync(args[1], Number(args[2]), isReadOnly: false),
        "read" => await FullDisk.CheckAsync(args[1], Number(args[2]), isReadOnly: true),
        _ => await SmallRecords.AppendAsync(args[0], Number(args[1])),
    };
}
catch (StoreException refused)
{
    Console.WriteLine($"refused {refused.Reason}");
    return 3;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
