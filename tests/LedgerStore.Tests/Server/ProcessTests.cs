// The server as an operator meets it: a process with exit codes, signals, and sudden ends.

using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ProcessTests : IDisposable
{
    private const int Kills = 3;

    private readonly string directory = Directory.CreateTempSubdirectory("ledgerstore-process-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task NothingAcknowledgedIsLostAndNothingIsDoubleWhenTheServerIsKilled()
    {
        using ServerProcess server = new(Path.Combine(directory, "data"));
        List<ulong> indexes = [];
        for (int round = 0; round <= Kills; round++)
        {
            await server.StartAsync();
            using RpcChannel channel = server.Connect("appender");
            Task<bool> producing = ProduceAsync(channel, indexes, round == Kills ? 200 : int.MaxValue);
            if (round < Kills)
            {
                int before = indexes.Count;
                while (Volatile.Read(ref acknowledged) < before + 50)
                {
                    await Task.Delay(5);
                }

                await server.KillAsync();
            }

            Assert.Equal(round == Kills, await producing);
        }

        // The producer's numbers are in the records, so the ledger itself says whether one is missing or double.
        using RpcChannel reader = server.Connect("reader");
        List<string> records = Calls.Records(await reader.ReadEventsAsync(new ReadRequest { Ledger = "demo" }));
        Assert.Equal(Enumerable.Range(1, indexes.Count).Select(number => $"record {number}"), records);
        Assert.Equal(Enumerable.Range(0, indexes.Count).Select(index => (ulong)index), indexes);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task ASecondServerOnTheSameDataIsRefusedWithFour()
    {
        using ServerProcess server = new(Path.Combine(directory, "data"));
        await server.StartAsync();
        (int code, _, string errors) = await ServerProcess.RunAsync(
            "dev", "--data", Path.Combine(directory, "data"), "--port", "0");
        Assert.Equal(4, code);
        Assert.NotEmpty(errors);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task AMissingAnchorIsRefusedWithSixAndAnotherKeyWithSeven()
    {
        string data = Path.Combine(directory, "data");
        using (ServerProcess server = new(data))
        {
            await server.StartAsync();
            using RpcChannel channel = server.Connect("appender");
            AppendRequest request = Calls.Request("demo", "signed");
            request.Ack = Ack.Checkpointed;
            await channel.UnaryAsync(LedgerMethods.Append, request);
            Assert.Equal(0, await server.TerminateAsync());
        }

        string anchor = data + ".keys/anchor";
        File.Move(anchor, anchor + ".away");
        Assert.Equal(6, (await ServerProcess.RunAsync("dev", "--data", data, "--port", "0")).ExitCode);
        File.Move(anchor + ".away", anchor);
        File.Delete(data + ".keys/signing.pem");
        Assert.Equal(7, (await ServerProcess.RunAsync("dev", "--data", data, "--port", "0")).ExitCode);
    }

    [Theory]
    [InlineData("dev", "--port", "70000")]
    [InlineData("dev", "--port")]
    [InlineData("dev", "--unknown", "1")]
    [InlineData("dance")]
    [InlineData("serve", "--config", "/does/not/exist.yaml")]
    public async Task WhatCannotBeUnderstoodIsRefusedWithTwo(params string[] arguments)
    {
        (int code, _, string errors) = await ServerProcess.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task HelpNamesEveryCommand()
    {
        (int code, string output, _) = await ServerProcess.RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("dev [--data DIR] [--port N]", output);
        Assert.Contains("serve --config FILE", output);
    }

    private int acknowledged;

    // Sends records one after the other, each with its number; what is not answered is sent again by the next round.
    private async Task<bool> ProduceAsync(RpcChannel channel, List<ulong> indexes, int count)
    {
        for (int sent = 0; sent < count; sent++)
        {
            AppendRequest request = Calls.Request("demo", $"record {indexes.Count + 1}");
            request.Producer = "p";
            request.FirstSequence = (ulong)indexes.Count + 1;
            try
            {
                indexes.Add((await channel.UnaryAsync(LedgerMethods.Append, request)).FirstIndex);
                Volatile.Write(ref acknowledged, indexes.Count);
            }
            catch (RpcException)
            {
                return false;
            }
        }

        return true;
    }
}
