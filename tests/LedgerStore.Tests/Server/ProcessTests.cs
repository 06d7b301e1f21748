// The server as an operator meets it: a process with exit codes, signals, and sudden ends.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ProcessTests : IDisposable
{
    private const int Kills = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-process-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_is_double_when_the_server_is_killed()
    {
        using ServerProcess server = new(Path.Combine(_directory, "data"));
        List<ulong> indexes = [];
        for (int round = 0; round <= Kills; round++)
        {
            await server.StartAsync();
            using LedgerChannel channel = server.Connect("appender");
            Task<bool> producing = ProduceAsync(channel, indexes, round == Kills ? 200 : int.MaxValue);
            if (round < Kills)
            {
                int before = indexes.Count;
                while (Volatile.Read(ref _acknowledged) < before + 50)
                {
                    await Task.Delay(5);
                }

                await server.KillAsync();
            }

            Assert.Equal(round == Kills, await producing);
        }

        // The producer's numbers are in the records, so the ledger itself says whether one is missing or double.
        using LedgerChannel reader = server.Connect("reader");
        List<string> records = Calls.Records(await reader.ReadEventsAsync(new ReadRequest { Ledger = "demo" }));
        Assert.Equal(Enumerable.Range(1, indexes.Count).Select(number => $"record {number}"), records);
        Assert.Equal(Enumerable.Range(0, indexes.Count).Select(index => (ulong)index), indexes);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_with_four()
    {
        using ServerProcess server = new(Path.Combine(_directory, "data"));
        await server.StartAsync();
        (int code, _, string errors) = await ServerProcess.RunAsync(
            "dev", "--data", Path.Combine(_directory, "data"), "--port", "0");
        Assert.Equal(4, code);
        Assert.NotEmpty(errors);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_damaged_audit_is_refused_with_nine_and_says_what_to_do()
    {
        string data = Path.Combine(_directory, "data");
        using (ServerProcess server = new(data))
        {
            await server.StartAsync();
            Assert.Equal(0, await server.TerminateAsync());
        }

        File.WriteAllBytes(Path.Combine(data, "ledgers", "0", "state.log"), []);
        for (int start = 0; start < 2; start++)
        {
            (int code, _, string errors) = await ServerProcess.RunAsync("dev", "--data", data, "--port", "0");
            Assert.Equal(9, code);
            Assert.Contains("_audit is damaged", errors, StringComparison.Ordinal);
            Assert.Contains("ledgers/0", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_anchor_is_refused_with_six_and_another_key_with_seven()
    {
        string data = Path.Combine(_directory, "data");
        using (ServerProcess server = new(data))
        {
            await server.StartAsync();
            using LedgerChannel channel = server.Connect("appender");
            AppendRequest request = Calls.Request("demo", "signed");
            request.Ack = Ack.Checkpointed;
            await channel.UnaryAsync(LedgerMethods.Append, request);
            Assert.Equal(0, await server.TerminateAsync());
        }

        string anchor = data + ".keys/anchor";
        File.Move(anchor, anchor + ".away");
        Assert.Equal(6, (await ServerProcess.RunAsync("dev", "--data", data, "--port", "0")).ExitCode);
        await ASuspectServerVerifiesOnlyAsync(data);
        using (ServerProcess accepted = new(data, "--accept-missing-anchor"))
        {
            await accepted.StartAsync();
            Assert.Equal(0, await accepted.TerminateAsync());
        }

        Assert.True(File.Exists(anchor));
        File.Delete(data + ".keys/signing.pem");
        Assert.Equal(7, (await ServerProcess.RunAsync("dev", "--data", data, "--port", "0")).ExitCode);
    }

    [Theory]
    [InlineData("store.json")]
    [InlineData("catalog")]
    public async Task Damaged_shared_files_are_refused_with_five(string file)
    {
        string data = Path.Combine(_directory, "data");
        using (ServerProcess server = new(data))
        {
            await server.StartAsync();
            Assert.Equal(0, await server.TerminateAsync());
        }

        string path = Path.Combine(data, file);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes[2] ^= 0x10;
        await File.WriteAllBytesAsync(path, bytes);
        (int code, _, string errors) = await ServerProcess.RunAsync("dev", "--data", data, "--port", "0");
        Assert.Equal(5, code);
        Assert.Contains(file, errors);
    }

    [Fact]
    public async Task A_write_that_fails_ends_the_server_with_seventy_and_loses_nothing_acknowledged()
    {
        string data = Path.Combine(_directory, "data");
        List<string> kept = [];
        using (ServerProcess server = new(data))
        {
            await server.StartAsync();
            using LedgerChannel channel = server.Connect("appender");
            for (int number = 0; number < 20; number++)
            {
                kept.Add($"record {number}");
                await channel.AppendAsync("demo", kept[^1]);
            }

            await server.LimitFilesAsync(4096);
            RpcException refusal = await Calls.RefusalOfAsync(async () => await channel.AppendAsync("demo", "lost?"));
            Assert.Contains(refusal.Code, new[] { StatusCode.Internal, StatusCode.Unavailable });
            (int code, string errors) = await server.EndAsync();
            Assert.Equal(70, code);
            Assert.Contains("the store has stopped", errors);
        }

        using ServerProcess again = new(data);
        await again.StartAsync();
        using LedgerChannel reader = again.Connect("reader");
        List<string> records = Calls.Records(await reader.ReadEventsAsync(new ReadRequest { Ledger = "demo" }));
        Assert.Equal(kept, records.Take(kept.Count));
        Assert.Equal(0, await again.TerminateAsync());
    }

    [Theory]
    [InlineData("dev", "--port", "70000")]
    [InlineData("dev", "--port")]
    [InlineData("dev", "--unknown", "1")]
    [InlineData("dance")]
    [InlineData("serve", "--config", "/does/not/exist.yaml")]
    public async Task What_cannot_be_understood_is_refused_with_two(params string[] arguments)
    {
        (int code, _, string errors) = await ServerProcess.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        (int code, string output, _) = await ServerProcess.RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("dev [--data DIR] [--port N]", output);
        Assert.Contains("serve --config FILE", output);
    }

    private static async Task ASuspectServerVerifiesOnlyAsync(string data)
    {
        using ServerProcess suspect = new(data, "--read-only-suspect");
        await suspect.StartAsync();
        using LedgerChannel reader = suspect.Connect("reader");
        Checkpoint checkpoint = await reader.UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" });
        Assert.True(checkpoint.Size >= 1);
        RpcException refusal = await Calls.RefusalOfAsync(
            async () => await reader.ReadEventsAsync(new ReadRequest { Ledger = "demo" }));
        Assert.Equal((StatusCode.FailedPrecondition, "SERVER_READ_ONLY"), (refusal.Code, refusal.Info!.Reason));
        using LedgerChannel writer = suspect.Connect("appender");
        refusal = await Calls.RefusalOfAsync(async () => await writer.AppendAsync("demo", "x"));
        Assert.Equal(StatusCode.FailedPrecondition, refusal.Code);
        Assert.Equal(0, await suspect.TerminateAsync());
    }

    private int _acknowledged;

    // Sends records one after the other, each with its number; what is not answered is sent again by the next round.
    private async Task<bool> ProduceAsync(LedgerChannel channel, List<ulong> indexes, int count)
    {
        for (int sent = 0; sent < count; sent++)
        {
            AppendRequest request = Calls.Request("demo", $"record {indexes.Count + 1}");
            request.Producer = "p";
            request.FirstSequence = (ulong)indexes.Count + 1;
            try
            {
                indexes.Add((await channel.UnaryAsync(LedgerMethods.Append, request)).FirstIndex);
                Volatile.Write(ref _acknowledged, indexes.Count);
            }
            catch (RpcException)
            {
                return false;
            }
        }

        return true;
    }
}
