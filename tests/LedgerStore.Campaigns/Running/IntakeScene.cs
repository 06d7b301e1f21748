// A store, an intake before it and a sender of every kind before that, from the first start to the last look. Owned by
// its campaign, which brings the faults; one after the other.
using Grpc.Core;
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Senders;
using LedgerStore.Client;

namespace LedgerStore.Campaigns.Running;

/// <summary>Where the campaign `intake` takes place.</summary>
internal sealed class IntakeScene : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private const int QuietLooks = 10;

    private readonly string _home;
    private readonly Setting _setting;
    private readonly Lazy<LedgerClient> _reader;
    private readonly Lock _lock = new();
    private long _lastAnswer = Environment.TickCount64;

    public IntakeScene(Options options, ResultRow row, string home)
    {
        _home = home;
        Row = row;
        Random = new Random((int)options.Seed);
        Disks = new SmallDisks(home);
        Store = new ServerUnderTest(options.ServerDll, Disks.Store) { Before = Disks.Enter };
        if (options.Planted is { } planted)
        {
            Store.Environment[PlantedBuild.Variable] = planted;
        }

        Intake = new IntakeUnderTest(Path.Combine(home, "intake.yaml")) { Before = Disks.Enter };
        _setting = new Setting(
            Store.Address, Directory.CreateDirectory(Path.Combine(home, "list")).FullName, Store.Keys, options.Seed,
            TimeSpan.Zero, s_patience, MayName: false);
        _reader = new Lazy<LedgerClient>(() => _setting.Connect("reader"));
    }

    public ResultRow Row { get; }

    public Random Random { get; }

    public SmallDisks Disks { get; }

    public ServerUnderTest Store { get; }

    public IntakeUnderTest Intake { get; }

    public IReadOnlyList<Sender> Senders { get; private set; } = [];

    /// <summary>How often the intake was killed.</summary>
    public int Kills { get; set; }

    /// <summary>The first start of both.</summary>
    public async Task OpenAsync(SenderCast cast)
    {
        await StartStoreAsync("the first start");
        Senders = cast.Make(Path.Combine(Store.Keys, "pki"), _home, Answered, SizeAsync);
        using (LedgerClient client = _setting.Connect("administrator"))
        {
            foreach (Sender sender in Senders)
            {
                await client.Admin.CreateLedgerAsync(sender.Place.Ledger, CancellationToken.None);
            }
        }

        string pki = Path.Combine(Store.Keys, "pki");
        await File.WriteAllTextAsync(Path.Combine(_home, "intake.yaml"), $$"""
            state: "{{Disks.State}}"
            store: { address: "{{Store.Address}}", certificate: "{{pki}}/clients/appender.pem",
                     key: "{{pki}}/clients/appender.key", ca: "{{pki}}/ca.pem" }
            tls: { certificate: "{{pki}}/server.pem", key: "{{pki}}/server.key", client_ca: "{{pki}}/ca.pem" }
            sources:
            {{string.Join('\n', Senders.Select(static sender => sender.Source))}}

            """.ReplaceLineEndings("\n"));
        await StartIntakeAsync("the first start");
    }

    public async Task StartStoreAsync(string after)
    {
        if (await Store.StartAsync() is { } refused)
        {
            throw new InvalidOperationException($"after {after} the store ended with {refused}: {Store.LastWords}");
        }
    }

    public async Task StartIntakeAsync(string after)
    {
        if (await Intake.StartAsync() is { } refused)
        {
            throw new InvalidOperationException($"after {after} the intake ended with {refused}: {Intake.LastWords}");
        }
    }

    /// <summary>No fault any more, and all senders have ended: everything must get there. Then both end in order, and
    /// it is still there.</summary>
    public async Task CloseAsync()
    {
        foreach (Sender sender in Senders)
        {
            await SettleAsync(sender);
        }

        if (await Intake.TerminateAsync() is not 0 and int intake)
        {
            Row.Verdict.Explain(isWrong: false, $"the orderly end was {intake}:\n    {Intake.LastWords}");
        }

        await Store.TerminateAsync();
        await StartStoreAsync("the orderly end");
        foreach (Sender sender in Senders)
        {
            IntakeJudge judge = await LookAsync(sender, Row.Verdict);
            judge.End(Row.Verdict);
            string name = sender.Place.Name;
            Row.Verdict.Acknowledged += sender.Place.Tally.Acknowledged;
            Row.Figures[name + ": events"] = sender.Place.Records;
            Row.Figures[name + ": acknowledged"] = sender.Place.Tally.Acknowledged;
            Row.Figures[name + ": requests again"] = sender.Place.Tally.Repeats;
            Row.Figures[name + ": twice"] = judge.Twice;
            Row.Figures[name + ": not there"] = judge.Missing;
            Row.Figures[name + ": cut"] = judge.Cut;
        }
    }

    public void Dispose()
    {
        foreach (Sender sender in Senders)
        {
            sender.Dispose();
        }

        if (_reader.IsValueCreated)
        {
            _reader.Value.Dispose();
        }

        Intake.Dispose();
        Store.Dispose();
        Disks.Dispose();
    }

    /// <summary>Until all is there that must be, or nothing comes any more.</summary>
    private async Task SettleAsync(Sender sender)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        ulong? before = null;
        int quiet = 0;
        while (Environment.TickCount64 < until)
        {
            ulong? size = await SizeAsync(sender.Place.Ledger);
            quiet = size is not null && size == before ? quiet + 1 : 0;
            if (size != before || sender.Kind == "audisp")
            {
                before = size;
                IntakeJudge judge = await LookAsync(sender, new Verdict());
                if (judge.Missing == 0)
                {
                    return;
                }

                if (!judge.IsNudged || sender.IsAnswered)
                {
                    await sender.NudgeAsync();
                }
            }
            else if (!sender.IsAnswered && quiet > QuietLooks)
            {
                return;
            }

            await Task.Delay(s_pause);
        }
    }

    private async Task<IntakeJudge> LookAsync(Sender sender, Verdict verdict)
    {
        string ledger = sender.Place.Ledger;
        IntakeJudge judge = new(
            new SenderFacts(
                sender.Place.Name, sender.Place.Records, sender.IsAnswered,
                sender.HasIds ? (long)Kills * sender.UnderWay : null, sender.TellsRepeats && sender.IsAnswered,
                sender.IsInOrder),
            sender.Place.Tally);
        using Verifier verifier = _reader.Value.CreateVerifier(ledger, new VerifierOptions
        {
            Vkey = _setting.VerifierKey(ledger),
            StateFile = Path.Combine(_setting.List, ledger + ".checkpoint"),
        });
        ReadOptions all = new() { From = 0, GiveUpAfter = s_patience, SilenceMax = s_patience };
        await foreach (LedgerEvent next in _reader.Value.CreateReader(ledger).Verified(verifier).ReadAsync(all))
        {
            LedgerEntry entry = (LedgerEntry)next;
            IntakeRecord? record = IntakeRecord.TryRead(entry.Payload.ToArray());
            judge.Entry(entry.Payload, record is null ? "it is no record of an intake" : record.Opaque, verdict);
        }

        return judge;
    }

    private async Task<ulong?> SizeAsync(string ledger)
    {
        try
        {
            return (await _reader.Value.Catalog.DescribeAsync(ledger, CancellationToken.None)).Size;
        }
        catch (RpcException)
        {
            return null;
        }
    }

    private void Answered()
    {
        lock (_lock)
        {
            long now = Environment.TickCount64;
            Row.Verdict.LongestOutageMillis = Math.Max(Row.Verdict.LongestOutageMillis, now - _lastAnswer);
            _lastAnswer = now;
        }
    }
}
