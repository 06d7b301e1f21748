// Fault plans that many tests want: at call N, at the n-th call of a kind, by chance. A plan is a function of the call.
// Each plan belongs to one simulated file system.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

/// <summary>Functions from a call to what it meets.</summary>
internal static class FaultPlans
{
    public static Func<SimulatedCall, SimulatedFault> At(long number, SimulatedFault fault) =>
        call => call.Number == number ? fault : SimulatedFault.None;

    /// <summary>The n-th call (from 1) of the operation whose path contains the text.</summary>
    public static Func<SimulatedCall, SimulatedFault> OnNth(
        StorageOperation operation, string pathPart, int n, SimulatedFault fault)
    {
        int seen = 0;
        return call => call.Operation == operation && call.Path.Contains(pathPart, StringComparison.Ordinal)
            && ++seen == n ? fault : SimulatedFault.None;
    }

    /// <summary>Every call of the operation whose path contains the text.</summary>
    public static Func<SimulatedCall, SimulatedFault> OnEvery(
        StorageOperation operation, string pathPart, SimulatedFault fault) =>
        call => call.Operation == operation && call.Path.Contains(pathPart, StringComparison.Ordinal)
            ? fault : SimulatedFault.None;

    /// <summary>One in so many calls fails with one of the errors; a failing write keeps a random prefix.</summary>
    public static Func<SimulatedCall, SimulatedFault> ByChance(ulong seed, int oneIn, params int[] errnos)
    {
        SplitMix random = new(seed);
        return call => random.OneIn(oneIn)
            ? SimulatedFault.ShortWrite(
                errnos[random.Below(errnos.Length)],
                call.Operation == StorageOperation.Write ? random.Below((int)call.Length + 1) : 0)
            : SimulatedFault.None;
    }

    /// <summary>The first plan that has a fault for the call decides; each plan sees every call.</summary>
    public static Func<SimulatedCall, SimulatedFault> Any(params Func<SimulatedCall, SimulatedFault>[] plans) => call =>
    {
        SimulatedFault decided = SimulatedFault.None;
        foreach (Func<SimulatedCall, SimulatedFault> plan in plans)
        {
            SimulatedFault fault = plan(call);
            decided = decided.Kind == SimulatedFaultKind.None ? fault : decided;
        }

        return decided;
    };
}
