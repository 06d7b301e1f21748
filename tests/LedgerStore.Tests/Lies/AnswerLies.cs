// Lies about a whole answer: messages left out, twice, in another order, garbage, too many; silence, errors and broken
// connections; and all answers out of another history.
// Pure functions; any thread.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Tests.Lies;

internal static class AnswerLies
{
    internal const string Answer = "the answer";

    /// <summary>Of a method's own answer.</summary>
    internal static IEnumerable<Lie> Of(IMethod method)
    {
        string name = method.Name;
        yield return False(name, "no message", told => told with { Messages = [] });
        yield return False(name, "garbage", told => told with
        {
            Messages = [[0xff, 0xff, 0xff], .. told.Messages.Skip(1)],
        });
        yield return False(name, "an empty message", told => told with { Messages = [[], .. told.Messages.Skip(1)] });
        yield return False(name, "a message of 5 MiB", told => told with { Messages = [new byte[5 << 20]] });
        yield return False(name, "the first message twice", told => told.Messages.Count == 0 ? told
            : told with { Messages = [told.Messages[0], .. told.Messages] });
        yield return False(name, "the last message twice", told => told.Messages.Count == 0 ? told
            : told with { Messages = [.. told.Messages, told.Messages[^1]] });
        yield return False(name, "late", told => told with { Delay = TimeSpan.FromMilliseconds(20) });
        if (method.Type == MethodType.ServerStreaming)
        {
            yield return False(name, "without the first message", Change(static all => all.Skip(1)));
            yield return False(name, "without the last message", Change(static all => all.SkipLast(1)));
            yield return False(name, "only the first message", Change(static all => all.Take(1)));
            yield return False(name, "in reverse", Change(static all => all.Reverse()));
        }

        yield return Refusal(name, "silence", told => told with { Messages = [], Ending = Ending.Silence });
        yield return Refusal(name, "silence after the first message", told => told with
        {
            Messages = [.. told.Messages.Take(1)],
            Ending = Ending.Silence,
        });
        yield return Refusal(name, "a broken connection", told => told with { Messages = [], Ending = Ending.Cut });
        foreach (StatusCode code in Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK))
        {
            yield return Refusal(name, $"the error {code}", told => told with
            {
                Messages = [],
                Ending = Ending.Error,
                Status = code,
            });
        }
    }

    /// <summary>Entries that are there are said to have expired, with their true hashes, or to be unreadable.</summary>
    internal static IEnumerable<Lie> OfEntries() =>
    [
        Hidden("Expired", static (index, entry) => new ReadResponse
        {
            Expired = new Expired
            {
                FirstIndex = index,
                Count = 1,
                Root = ByteString.CopyFrom(MerkleHash.Leaf(entry).ToArray()),
            },
        }),
        Hidden("Unreadable", static (index, _) => new ReadResponse
        {
            Unreadable = new Unreadable { FirstIndex = index, Count = 1, Reason = "it is away" },
        }),
    ];

    private static Lie Hidden(string target, Func<ulong, byte[], ReadResponse> instead) =>
        new("Read", target, "entries that are there", LieClass.False, told => Hide(told, instead));

    private static Told Hide(Told told, Func<ulong, byte[], ReadResponse> instead)
    {
        List<byte[]> messages = [];
        foreach (byte[] message in told.Messages)
        {
            if (ReadResponse.Parser.ParseFrom(message).Entries is not { } entries)
            {
                messages.Add(message);
                continue;
            }

            messages.AddRange(BundleLies.Split(entries.Bundle.Span)
                .Select((entry, at) => instead(entries.FirstIndex + (ulong)at, entry).ToByteArray()));
        }

        return told with { Messages = messages };
    }

    /// <summary>The kind of lie in which what is acknowledged is not signed any more.</summary>
    internal const string StandStill = "checkpoints that stand still";

    /// <summary>Out of other histories, for one method and for all.</summary>
    internal static IEnumerable<Lie> OfHistories(IReadOnlyList<string> methods)
    {
        IEnumerable<string?> each = [null, .. methods];
        foreach (string? method in each)
        {
            foreach ((string name, World world) in World.Others)
            {
                LieClass whole = method is null && name == World.UnseenFork ? LieClass.Unseen : LieClass.False;
                yield return History(method, name, whole, () => new HonestStore(world));
            }

            // A receipt with an older tree shows the entry as well as one with the newest.
            LieClass older = method == "GetReceipt" ? LieClass.Unseen : LieClass.False;
            yield return History(
                method, "a history that has shrunk below what was seen", older, () => Cut(100));
            yield return History(
                method, StandStill, older,
                static () => new HonestStore(World.Honest) { Published = World.Seen });
            yield return History(
                method, "an older state, no older than what was seen", LieClass.Unseen, () => Cut(World.Seen));
        }
    }

    private static Func<Told, Told> Change(Func<IEnumerable<byte[]>, IEnumerable<byte[]>> change) =>
        told => told with { Messages = [.. change(told.Messages)] };

    private static HonestStore Cut(ulong size) => new(World.Honest) { Published = size, Acknowledged = size };

    private static Lie History(string? method, string kind, LieClass @class, Func<HonestStore> other) =>
        new(method, "history", kind, @class, static told => told) { Other = other };

    internal static Lie False(string method, string kind, Func<Told, Told> tell) =>
        new(method, Answer, kind, LieClass.False, tell);

    internal static Lie Refusal(string method, string kind, Func<Told, Told> tell) =>
        new(method, Answer, kind, LieClass.Refusal, tell);
}
