// The matrix on a real listener with real handshakes: each certificate by TLS 1.2 and 1.3, first and again.
using System.Security.Authentication;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Tls;
using LedgerStore.Tests.Policy;
using Xunit;

namespace LedgerStore.Tests.Mtls;

public sealed class MtlsMatrixTests(MtlsMatrixTests.Shared shared) : IClassFixture<MtlsMatrixTests.Shared>
{
    private readonly MtlsServer _server = shared.Server;

    public static TheoryData<string, SslProtocols> Cells()
    {
        TheoryData<string, SslProtocols> cells = [];
        foreach (MtlsRow row in MtlsMatrix.Rows)
        {
            cells.Add(row.Text, SslProtocols.Tls12);
            cells.Add(row.Text, SslProtocols.Tls13);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_certificate_gets_what_the_matrix_says(string text, SslProtocols protocol)
    {
        MtlsRow row = MtlsMatrix.Rows.Single(r => r.Text == text);
        var options = MtlsClient.Options(_server, row.Make(_server.Pki), protocol);

        // A client that keeps its options would resume the session the second time, if the server let it.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            string? answer = await MtlsClient.TryAskAsync(_server, options);
            switch (row.New)
            {
                case Stop.Accepted:
                    bool isListed = text.Contains("fingerprint", StringComparison.Ordinal);
                    Assert.Equal(isListed ? "listed" : "payments", answer);
                    break;
                case Stop.Call:
                    Assert.StartsWith($"{row.Reason.Code()}: ", answer, StringComparison.Ordinal);
                    break;
                default:
                    Assert.Null(answer);
                    HandshakeFailure failure = await _server.NextFailureAsync();
                    RefusalReason[] possible = row.IsLeftToOpenSsl
                        ? [row.Reason, RefusalReason.HandshakeFailed, RefusalReason.NoCertificate]
                        : [row.Reason];
                    Assert.Contains(failure.Reason, possible);
                    Assert.NotEmpty(failure.Detail);
                    Assert.Equal(System.Net.IPAddress.Loopback, failure.Address);
                    break;
            }
        }

        Assert.False(_server.Failures.TryRead(out _));
    }

    [Fact]
    public void The_document_has_the_matrix() => Assert.True(
        Samples.RepositoryFile("docs", "SECURITY.md").Contains(MtlsMatrix.Table(), StringComparison.Ordinal),
        "docs/SECURITY.md should have:\n" + MtlsMatrix.Table());

    [Fact]
    public void Every_reason_that_a_certificate_can_have_is_in_the_matrix()
    {
        RefusalReason[] elsewhere =
        [
            RefusalReason.None, RefusalReason.MalformedNames, RefusalReason.HandshakeFailed, RefusalReason.NotTls,

            // How many and how much, not what: ConnectionGateTests.
            RefusalReason.TooManyConnections, RefusalReason.TooManyHandshakes, RefusalReason.HandshakeTooLarge,
            RefusalReason.ChainTooLong,

            // Of browsers, which have no certificate: SignInTests and SessionTests.
            RefusalReason.NoSession, RefusalReason.SessionEnded, RefusalReason.UnknownPerson,
        ];
        Assert.Empty(Enum.GetValues<RefusalReason>().Except(elsewhere).Except(MtlsMatrix.Rows.Select(r => r.Reason)));
        Assert.Equal(Enum.GetValues<RefusalReason>().Length,
            Enum.GetValues<RefusalReason>().Select(r => r.Code()).Distinct().Count());
    }

    /// <summary>One server for all cells, which run one after the other.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        internal MtlsServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await MtlsServer.StartAsync();

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
