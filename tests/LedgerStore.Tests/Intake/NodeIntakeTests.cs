// What Node's own packages send: OpenTelemetry's exporters by gRPC, protobuf and JSON, and the SDK of CloudEvents.

using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Tests.Grpc;
using LedgerStore.Tests.Server;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class NodeIntakeTests
{
    private const string Folder = "intake-node";
    private const string Package = "cloudevents";

    [NodeFact(Folder, Package)]
    public async Task The_exporters_of_opentelemetry_write_into_the_ledger()
    {
        const int count = 100;
        await using RunningIntake intake = await RunningIntake.StartAsync(OtlpIntakeTests.Tls);
        ServerPki.WriteTo(intake.Folder.Path, "sender");
        string address = $"https://localhost:{intake.Intake.AddressOf("app").Port}";
        string[] protocols = ["grpc", "http", "proto"];
        foreach (string protocol in protocols)
        {
            await RunAsync("otlp.js", protocol, address, intake.Folder.Path, $"{count}");
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        List<string> said = [];
        foreach (IntakeRecord record in records)
        {
            using JsonDocument document = JsonDocument.Parse(record.Bytes);
            JsonElement log = document.RootElement.GetProperty("log");
            said.Add(log.GetProperty("body").GetProperty("stringValue").GetString()!);
            Assert.Equal(13, log.GetProperty("severityNumber").GetInt32());
            Assert.Equal("orders", document.RootElement.GetProperty("scope").GetProperty("name").GetString());
            Assert.Null(record.Opaque);
        }

        // Batches go side by side.
        Assert.Equal(
            protocols.SelectMany(_ => Enumerable.Range(0, count).Select(i => $"anna bought {i}")).Order(),
            said.Order());
    }

    [NodeFact(Folder, Package)]
    public async Task The_sdk_of_cloudevents_writes_into_the_ledger_in_every_mode()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("cloudevents", "");
        for (int i = 0; i < 2; i++)
        {
            await RunAsync("cloudevents.js", $"{intake.Intake.AddressOf("app")}", RunningIntake.Token);
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(["a", "b", "c", "d"], records.Select(each => each.Id![^1..]).Distinct());
        Assert.All(records, each => Assert.Null(each.Opaque));
        Assert.All(records, each => Assert.Contains("\"amount\":7", RunningIntake.TextOf(each),
            StringComparison.Ordinal));
    }

    private static async Task RunAsync(string script, params string[] arguments)
    {
        await using SenderProcess node = new(
            "node", [Path.Combine(InteropFiles.DirectoryOf(Folder), script), .. arguments]);
        (int code, string said) = await node.EndAsync();
        Assert.True(code == 0, said);
    }
}
