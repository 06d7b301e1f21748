// What the page may ask: a list, and nothing beside it. All of it reads. Constants; any thread.

using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.WebConsole.Calls;

/// <summary>The capability with which a call is made: it may have a certificate of its own.</summary>
internal enum ConsoleNeed
{
    Read,
    Verify,
    Administer,
}

/// <summary>One call of the API that the page may make.</summary>
internal sealed record ConsoleMethod(IMethod Method, ConsoleNeed Need)
{
    /// <summary>With this capability the answer says more; null: it is the same for everybody.</summary>
    public ConsoleNeed? More { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConsoleMethod> All { get; } =
    [
        new(LedgerMethods.Read, ConsoleNeed.Read),
        new(LedgerMethods.GetFields, ConsoleNeed.Read),
        new(LedgerMethods.Search, ConsoleNeed.Read),
        new(LedgerMethods.ListLedgers, ConsoleNeed.Read),
        new(LedgerMethods.DescribeLedger, ConsoleNeed.Read) { More = ConsoleNeed.Administer },
        new(LedgerMethods.GetCheckpoint, ConsoleNeed.Verify),
        new(LedgerMethods.WatchCheckpoints, ConsoleNeed.Verify),
        new(LedgerMethods.GetInclusionProof, ConsoleNeed.Verify),
        new(LedgerMethods.GetConsistencyProof, ConsoleNeed.Verify),
        new(LedgerMethods.GetReceipt, ConsoleNeed.Verify),
        new(LedgerMethods.GetLogKeys, ConsoleNeed.Verify),
        new(LedgerMethods.GetStatus, ConsoleNeed.Administer),
        new(LedgerMethods.PlanRetention, ConsoleNeed.Administer),
    ];

    /// <summary>The same call with messages as they are: bytes.</summary>
    public Method<byte[], byte[]> Raw { get; } =
        new(Method.Type, Method.ServiceName, Method.Name, RawMessage.Marshaller, RawMessage.Marshaller);
}
