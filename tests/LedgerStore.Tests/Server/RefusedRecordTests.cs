// A ledger whose fields refuse records: the whole batch, with the record's number, before anything is stored; what an
// intake sends is stored all the same; and a client that knows the schema says it before it sends.

using System.Text;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class RefusedRecordTests : IAsyncLifetime
{
    private const string Good = """{"who":"anna"}""";
    private const string Bad = """{"whom":"anna"}""";
    private const string Spec = IndexSpec.Header + "\nfield who text required type=string\npath who\n";

    private RunningServer _server = null!;
    private LedgerChannel _writer = null!;

    private Ledger Ledger => _server.Store.GetLedger("demo");

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _writer = _server.Connect("writer");
        await _writer.AppendAsync("demo", "before there were fields");
        await _server.Store.GetLedger("_audit").WaitForCheckpointAsync(1);
        Ledger.SetFields(Spec + "reject\n", "admin", "the auditors want to know who");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_batch_with_a_record_that_is_refused_is_refused_whole_and_the_record_named()
    {
        RpcException refused = await Calls.RefusalOfAsync(
            async () => await _writer.AppendAsync("demo", Good, Good, Bad, Bad));
        Assert.Equal((StatusCode.InvalidArgument, "RECORD_REFUSED"), (refused.StatusCode, refused.Info!.Reason));
        Assert.Equal(("2", "missing:who"), (refused.Info!.Metadata["record"], refused.Info!.Metadata["flag"]));
        Assert.Contains("record 2 of the batch", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("'who' (who) is missing", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(1, Ledger.Size);

        Assert.Equal(1u, (await _writer.AppendAsync("demo", Good)).Count);
        Assert.Equal(2, Ledger.Size);
        Assert.Equal("opaque", (await Calls.RefusalOfAsync(async () => await _writer.AppendAsync("demo", "no")))
            .Info!.Metadata["flag"]);
    }

    [Fact]
    public async Task Fields_that_only_flag_store_everything()
    {
        Ledger.SetFields(Spec, "admin", "flag only");
        await _writer.AppendAsync("demo", Bad, "no");
        Assert.Equal(3, Ledger.Size);
    }

    [Fact]
    public async Task What_an_intake_puts_into_its_envelope_is_stored()
    {
        AppendRequest request = Calls.Request("demo", Bad);
        request.ContentType = "application/json; envelope=intake";
        await _writer.UnaryAsync(LedgerMethods.Append, request);
        Assert.Equal(2, Ledger.Size);
    }

    [Fact]
    public async Task Whoever_may_do_anything_there_is_told_the_fields()
    {
        LedgerInfo info = await _writer.UnaryAsync(
            LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = "demo" });
        RecordSchema schema = RecordSchema.Of(info)!;
        Assert.True(schema.Refuses);
        Assert.Null(schema.Check(Encoding.UTF8.GetBytes(Good)));
        Assert.Equal("'who' (who) is not of the type string", schema.Check("""{"who":1}"""u8));
        Assert.Throws<FormatException>(() => RecordSchema.Parse("nonsense"));
    }
}
