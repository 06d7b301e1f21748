// What callers are told when they may not. One text for "no right" and "no such ledger": it must not tell them apart.
// Pure; any thread.
using System.Globalization;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Rights;

/// <summary>The statuses of denied calls.</summary>
internal static class Refusals
{
    public static RpcException Unauthenticated() => RpcException.Because(
        StatusCode.Unauthenticated, "UNAUTHENTICATED",
        "the client certificate is missing or is nobody's; ask the operator which identity it should carry");

    /// <summary>The same in the words of whoever came.</summary>
    public static RpcException Unauthenticated(ConnectionCaller connection) => connection.IsBrowser
        ? RpcException.Because(
            StatusCode.Unauthenticated, "SIGN_IN", "you are not signed in here, or not any more; sign in again")
        : Unauthenticated();

    /// <summary>The right is there, and the sign-in is not enough for it.</summary>
    public static RpcException SignInAgain(CallRule rule, string demanded, SignInDemand demand) => RpcException.Because(
        StatusCode.PermissionDenied, "SIGN_IN_AGAIN",
        $"to {CapabilityNames.Of(rule.Capability)} there needs {demanded}; sign in again",
        ("acr", demand.Acr ?? string.Empty));

    public static RpcException Denied(CallRule rule)
    {
        // Where any capability would do, naming one would send people for the wrong right.
        string name = rule.Scope == CallScope.AnyOnLedger ? "any" : CapabilityNames.Of(rule.Capability);
        string what = rule.Scope == CallScope.AnyOnLedger ? "may do nothing" : $"may not {name}";
        return RpcException.Because(
            StatusCode.PermissionDenied, "PERMISSION_DENIED",
            $"this identity {what} there, or there is no such ledger",
            ("capability", name));
    }

    public static RpcException OverQuota(QuotaVerdict verdict, long limit, long ticksPerSecond)
    {
        TimeSpan retry = verdict.RetryAfterTicks > 0
            ? TimeSpan.FromSeconds(Math.Min(60, verdict.RetryAfterTicks / (double)ticksPerSecond))
            : TimeSpan.FromSeconds(1);
        string name = NameOf(verdict.Limit);
        return RpcException.Because(
            StatusCode.ResourceExhausted, "QUOTA_EXCEEDED",
            $"the quota of {limit:N0} {name} of this identity is used up; try again in {retry.TotalSeconds:0.###} s",
            ("quota", name), ("limit", limit.ToString()))
            .WithRetryAfter(retry);
    }

    /// <summary>A record is not what the ledger's fields demand.</summary>
    public static RpcException Undemanded(string ledger, RefusedRecord refused) => RpcException.Because(
        StatusCode.InvalidArgument, "RECORD_REFUSED",
        $"record {refused.Number:N0} of the batch, counted from 0, is refused by the fields of '{ledger}': "
        + $"{refused.Reason}. Nothing of the batch is stored; `ledger schema test FILE --ledger {ledger}` looks at "
        + "records",
        ("record", refused.Number.ToString(CultureInfo.InvariantCulture)), ("flag", refused.Flag));

    public static RpcException TooManyStreams(string whose, int limit, string setting) => RpcException.Because(
            StatusCode.ResourceExhausted, "TOO_MANY_STREAMS",
            $"{whose} {limit:N0} open streams, and that is the limit; close one first, or ask the operator to raise "
            + setting,
            ("limit", limit.ToString()), ("setting", setting))
        .WithRetryAfter(TimeSpan.FromSeconds(1));

    private static string NameOf(QuotaLimit limit) => limit switch
    {
        QuotaLimit.RecordsPerSecond => "records_per_second",
        QuotaLimit.BytesPerSecond => "bytes_per_second",
        QuotaLimit.Streams => "streams",
        QuotaLimit.InFlightBytes => "in_flight_bytes",
        _ => "none",
    };
}
