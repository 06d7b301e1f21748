// Hints for the page cache. A value: any thread.

namespace LedgerStore.Engine.Files;

/// <summary>What the kernel may expect. Hints never fail and never change what is read.</summary>
internal enum FileAdvice
{
    /// <summary>Read-ahead may be large.</summary>
    Sequential,

    /// <summary>Read-ahead wastes memory.</summary>
    Random,

    /// <summary>Start reading this range now.</summary>
    WillNeed,

    /// <summary>The page cache may drop this range.</summary>
    DontNeed,

    /// <summary>What was written in the range goes to the disk now and not all at once later, when others would wait
    /// behind it. Promises nothing; of open files, not of mapped ones.</summary>
    WriteSoon,
}
