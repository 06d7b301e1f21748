// The process that judges: it knows the list and the server, and nothing of the faults. A line on its standard input
// is a look at everything that is new ("tail") or at everything ("full"); the answer is a line of JSON.
using System.Text.Json;
using Grpc.Core;
using LedgerStore.Campaigns.Load;
using LedgerStore.Campaigns.Running;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Campaigns.Judging;

/// <summary>`judge`.</summary>
internal sealed class JudgeProgram(Setting setting) : IDisposable
{
    private const int AwaySeconds = 60;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, LedgerJudge> _judges =
        Stage.LedgerNames.ToDictionary(static name => name, name => new LedgerJudge(name, setting.Seed));
    private readonly LedgerClient _client = setting.Connect("reader");
    private long _listOffset;
    private long _records;
    private long _outageMillis;
    private long _lastMillis;
    private int _wrongLines;

    public static async Task<int> RunAsync(Setting setting)
    {
        using JudgeProgram judge = new(setting);
        while (await Console.In.ReadLineAsync() is { } order)
        {
            Verdict verdict = await judge.LookAsync(isFull: order == "full");
            Console.WriteLine(JsonSerializer.Serialize(verdict));
        }

        return 0;
    }

    public void Dispose() => _client.Dispose();

    private async Task<Verdict> LookAsync(bool isFull)
    {
        Verdict verdict = new();
        ReadList(verdict);
        foreach ((string ledger, LedgerJudge judge) in _judges)
        {
            if (isFull)
            {
                judge.StartOver();
            }

            await LookAtAsync(ledger, judge, verdict);
        }

        verdict.Acknowledged = _records;
        verdict.LongestOutageMillis = _outageMillis;
        return verdict;
    }

    /// <summary>A server that is away for a moment is asked again, as every client does: how long it was away, the
    /// writers say.</summary>
    private async Task<LedgerInfo> DescribeAsync(string ledger)
    {
        for (int seconds = 0; ; seconds++)
        {
            try
            {
                return await _client.Catalog.DescribeAsync(ledger, CancellationToken.None);
            }
            catch (RpcException away) when (away.StatusCode == StatusCode.Unavailable && seconds < AwaySeconds)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    private async Task LookAtAsync(string ledger, LedgerJudge judge, Verdict verdict)
    {
        try
        {
            LedgerInfo info = await DescribeAsync(ledger);
            bool isShort = info.Size < judge.AcknowledgedEnd && !(setting.MayName && info.Damage.Length > 0);
            if (isShort || info.Size < info.CheckpointedSize)
            {
                verdict.Explain(
                    isWrong: true,
                    $"{ledger}: said to have {info.Size} entries, {info.CheckpointedSize} checkpointed, and "
                    + $"{judge.AcknowledgedEnd} are acknowledged");
            }

            await ReadAsync(ledger, judge, verdict);
            judge.End(isEnd: true, verdict);
        }
        catch (LedgerViolationException lie)
        {
            verdict.Explain(isWrong: true, $"{ledger}: {lie.Message}");
        }
        catch (Exception error) when (setting.MayName)
        {
            verdict.Say($"{ledger}: {error.Message}");
            judge.End(isEnd: false, verdict);
        }
        catch (Exception error)
        {
            verdict.Explain(isWrong: false, $"{ledger}: {error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>Proven against signed checkpoints, each of which continues the one that was seen last; what a damaged
    /// store says, as it says it.</summary>
    private async Task ReadAsync(string ledger, LedgerJudge judge, Verdict verdict)
    {
        using Verifier verifier = _client.CreateVerifier(ledger, new VerifierOptions
        {
            Vkey = setting.VerifierKey(ledger),
            StateFile = Path.Combine(setting.List, ledger + ".checkpoint"),
        });
        ReadOptions options = new() { From = judge.Next, GiveUpAfter = s_patience, SilenceMax = s_patience };
        Reader reader = _client.CreateReader(ledger);
        IAsyncEnumerable<LedgerEvent> events = setting.MayName
            ? reader.ReadAsync(options)
            : reader.Verified(verifier).ReadAsync(options);
        if (setting.MayName)
        {
            await CheckSignedAsync(verifier, verdict);
        }

        await foreach (LedgerEvent next in events)
        {
            switch (next)
            {
                case LedgerEntry entry:
                    judge.Entry(entry.Index, entry.Producer, entry.ProducerSequence, entry.Payload, verdict);
                    break;
                case UnreadableRange range when setting.MayName:
                    judge.Unreadable(range.FirstIndex, range.Count, verdict);
                    break;
                default:
                    verdict.Explain(isWrong: false, $"{ledger}: {next.GetType().Name} at {judge.Next}");
                    break;
            }
        }
    }

    /// <summary>Whatever is damaged, what is signed continues what was signed before, or is not given.</summary>
    private static async Task CheckSignedAsync(Verifier verifier, Verdict verdict)
    {
        try
        {
            await verifier.UpdateAsync();
        }
        catch (Exception error) when (error is not LedgerViolationException)
        {
            verdict.Say($"{verifier.Ledger}: no checkpoint: {error.Message}");
        }
    }

    private void ReadList(Verdict verdict)
    {
        foreach (Acknowledged row in AckList.ReadOn(setting.List, ref _listOffset))
        {
            _judges[Stage.LedgerOf(row.Producer)].Add(row);
            _records += row.Count;
            _outageMillis = _lastMillis == 0 ? 0 : Math.Max(_outageMillis, row.AtMillis - _lastMillis);
            _lastMillis = row.AtMillis;
        }

        string wrong = Path.Combine(setting.List, LoadProgram.WrongFile);
        string[] lines = File.Exists(wrong) ? File.ReadAllLines(wrong) : [];
        foreach (string line in lines.Skip(_wrongLines))
        {
            verdict.Explain(isWrong: true, line);
        }

        _wrongLines = lines.Length;
    }
}
