// Who may call what on which ledger: every endpoint x every capability x own, other, look-alike, missing and the
// store's own ledger. The expectation is one line; the calls are all there are.

using System.Net;
using System.Net.Security;
using System.Text;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class MatrixTests : IAsyncLifetime
{
    private const string Policy = """
        version: 1
        trust_domain: example.org
        identities:
          none:       { uri: spiffe://example.org/none }
          append:     { uri: spiffe://example.org/append }
          read:       { uri: spiffe://example.org/read }
          verify:     { uri: spiffe://example.org/verify }
          administer: { uri: spiffe://example.org/administer }
          every:      { uri: spiffe://example.org/every }
          wild:       { uri: spiffe://example.org/wild }
        roles:
          append:     [append]
          read:       [read]
          verify:     [verify]
          administer: [administer]
          every:      [append, read, verify, administer]
        bindings:
          - { role: append,     identities: [append],     ledgers: ["a"] }
          - { role: read,       identities: [read],       ledgers: ["a"] }
          - { role: verify,     identities: [verify],     ledgers: ["a"] }
          - { role: administer, identities: [administer], ledgers: ["a"] }
          - { role: every,      identities: [every],      ledgers: ["a"] }
          - { role: every,      identities: [wild],       ledgers: ["*"] }

        """;

    private static readonly string[] s_identities =
        ["none", "append", "read", "verify", "administer", "every", "wild"];

    // Own, other, look-alikes, missing, the store's own, and what is no name.
    private static readonly string[] s_ledgers = ["a", "b", "ab", "zz", "_audit", "A", "a/", ""];

    // The capability of each method whose request names a ledger in its first field; null: any.
    private static readonly (IMethod Method, Capability? Needs)[] s_onLedger =
    [
        (LedgerMethods.Append, Capability.Append),
        (LedgerMethods.AppendStream, Capability.Append),
        (LedgerMethods.Read, Capability.Read),
        (LedgerMethods.GetCheckpoint, Capability.Verify),
        (LedgerMethods.WatchCheckpoints, Capability.Verify),
        (LedgerMethods.GetInclusionProof, Capability.Verify),
        (LedgerMethods.GetConsistencyProof, Capability.Verify),
        (LedgerMethods.GetReceipt, Capability.Verify),
        (LedgerMethods.GetLogKeys, Capability.Verify),
        (LedgerMethods.DescribeLedger, null),
        (LedgerMethods.FreezeLedger, Capability.Administer),
        (LedgerMethods.SetRetention, Capability.Administer),
        (LedgerMethods.PlanRetention, Capability.Administer),
        (LedgerMethods.ApplyRetention, Capability.Administer),
        (LedgerMethods.PlaceHold, Capability.Administer),
        (LedgerMethods.ReleaseHold, Capability.Administer),
        (LedgerMethods.SetFields, Capability.Administer),
        (LedgerMethods.GetFields, Capability.Read),
        (LedgerMethods.Search, Capability.Read),
        (LedgerMethods.SignOff, Capability.Read),
    ];

    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(Policy, static settings => settings);
        foreach (string ledger in new[] { "a", "b", "ab" })
        {
            _server.Store.CreateLedger(ledger);
            await _server.Store.GetLedger(ledger).AppendAsync("an entry"u8);
            await _server.Store.GetLedger(ledger).WaitForCheckpointAsync(1);
        }
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_method_on_every_ledger_is_allowed_to_who_may_and_to_nobody_else()
    {
        List<string> wrong = [];
        foreach (string identity in s_identities)
        {
            LedgerChannel channel = _server.Connect(identity);
            long denied = 0;
            foreach ((IMethod method, Capability? needs) in s_onLedger)
            {
                HashSet<string> messages = [];
                foreach (string ledger in s_ledgers)
                {
                    RpcException? error = await CallAsync(channel, method, ledger);
                    bool isDenied = error?.Code == StatusCode.PermissionDenied;
                    denied += isDenied ? 1 : 0;
                    if (isDenied)
                    {
                        messages.Add(error!.Detail);
                    }

                    if (isDenied == MayCall(identity, needs, ledger))
                    {
                        wrong.Add($"{identity} {method} on '{ledger}': {error?.Message ?? "OK"}");
                    }
                }

                // Whether the ledger exists is nothing that a denial tells.
                if (messages.Count > 1)
                {
                    wrong.Add($"{identity} {method}: {string.Join(" | ", messages)}");
                }
            }

            Assert.Empty(wrong);
            await AssertRecordedAsync(identity, denied);
        }
    }

    [Theory]
    [InlineData("none", false)]
    [InlineData("every", false)]
    [InlineData("administer", false)]
    [InlineData("wild", true)]
    public async Task Store_wide_calls_need_a_binding_on_everything(string identity, bool isAllowed)
    {
        LedgerChannel channel = _server.Connect(identity);
        foreach (IMethod method in new IMethod[]
            { LedgerMethods.GetStatus, LedgerMethods.RotateKey, LedgerMethods.Scrub })
        {
            RpcException? error = await CallAsync(channel, method, string.Empty);
            Assert.Equal(isAllowed, error?.Code != StatusCode.PermissionDenied);
        }
    }

    [Theory]
    [InlineData("/ledgerstore.v1.Reader/read")]
    [InlineData("/LEDGERSTORE.V1.READER/READ")]
    [InlineData("/ledgerstore.v1.Reader/Read/")]
    [InlineData("/ledgerstore.v1.Reader//Read")]
    [InlineData("/ledgerstore.v1.Reader/%52ead")]
    [InlineData("/x/../ledgerstore.v1.Reader/Read")]
    [InlineData("/ledgerstore.v1.Reader/Read?x=1")]
    [InlineData("/ledgerstore.v1.Reader/./Read")]
    [InlineData("/ledgerstore.v1.Nobody/Read")]
    public async Task Only_the_exact_path_is_the_method(string path)
    {
        foreach (string identity in new[] { "wild", "none" })
        {
            using HttpClient http = Http(identity);
            using HttpRequestMessage request = new(
                HttpMethod.Post,
                new Uri(
                    _server.Address.GetLeftPart(UriPartial.Authority) + path,
                    new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Content = new ByteArrayContent([0, 0, 0, 0, 3, 0x0a, 1, (byte)'a']);
            request.Content.Headers.ContentType = new("application/grpc");
            using HttpResponseMessage response = await http.SendAsync(request);
            Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        }
    }

    [Fact]
    public async Task Every_method_of_the_api_is_in_the_matrix()
    {
        HashSet<string> known = [.. s_onLedger.Select(each => each.Method.FullName)];
        known.UnionWith([
            LedgerMethods.GetStatus.FullName, LedgerMethods.RotateKey.FullName, LedgerMethods.Scrub.FullName,
            LedgerMethods.CreateLedger.FullName, LedgerMethods.ListLedgers.FullName,
        ]);
        string[] all = [.. typeof(LedgerMethods).GetProperties()
            .Select(property => ((IMethod)property.GetValue(null)!).FullName)];
        Assert.Equal(all.Order(), known.Order());
        await Task.CompletedTask;
    }

    private static bool MayCall(string identity, Capability? needs, string ledger)
    {
        bool hasCapability = identity is "every" or "wild"
            || (identity != "none" && (needs is null || CapabilityNames.Of(needs.Value) == identity));
        bool reaches = identity == "wild" ? ledger is "a" or "b" or "ab" or "zz" : ledger == "a";
        return hasCapability && reaches;
    }

    // One raw message with the ledger's name in field 1; null when the call went well, or began to answer.
    private static async Task<RpcException?> CallAsync(LedgerChannel channel, IMethod method, string ledger)
    {
        byte[] name = Encoding.UTF8.GetBytes(ledger);
        byte[] message = name.Length == 0 ? [] : [0x0a, (byte)name.Length, .. name];
        using RawCall call = await channel.OpenRawAsync(method, default);
        try
        {
            call.Requests.WriteMessage(message);
            await call.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or IOException)
        {
            // Refused before it was read: the status says why.
        }

        try
        {
            await call.Responses.ReadAsync();
            return null;
        }
        catch (RpcException error)
        {
            return error;
        }
    }

    private async Task AssertRecordedAsync(string identity, long denied)
    {
        while (true)
        {
            long recorded = (await _server.ReadAuditAsync()).Select(each => each.Denials)
                .Where(denial => denial is not null && denial.Identity == identity)
                .Sum((Denials denial) => (long)denial.Count);
            Assert.True(recorded <= denied, $"{recorded} denials of {identity} were recorded, {denied} happened");
            if (recorded == denied)
            {
                return;
            }

            await Task.Delay(20);
        }
    }

    private static HttpClient Http(string identity) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [ServerPki.Client(identity)],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        },
    });
}
