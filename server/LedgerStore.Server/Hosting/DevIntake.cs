// The intake beside a development server, in the same process: one source of JSON on this machine, with a token made on
// the way. Started once the server is ready, and stopped before it.
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Hosting;
using LedgerStore.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace LedgerStore.Server.Hosting;

/// <summary>What `dev --intake PORT` serves.</summary>
internal sealed class DevIntake : IAsyncDisposable
{
    private const string Source = "dev";
    private const int TokenBytes = 16;

    private readonly IntakeServer _intake;
    private readonly string _token;

    private DevIntake(IntakeServer intake, string token)
    {
        _intake = intake;
        _token = token;
    }

    /// <summary>A command that works as it is.</summary>
    public string Ready => $$"""

          curl -H 'Authorization: Bearer {{_token}}' -d '{"who":"bob","what":"login"}' {{_intake.AddressOf(Source)}}

        what is sent there is stored in the ledger demo (docs/INTAKE.md)

        """;

    public static async Task<DevIntake> StartAsync(
        DevLayout layout, PkiDirectory pki, Uri store, int port, TimeProvider time)
    {
        if (!File.Exists(layout.IntakeToken))
        {
            PkiFiles.WritePrivate(
                layout.IntakeToken, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes)));
        }

        string token = PkiFiles.Read(layout.IntakeToken).Trim();
        IntakeConfig config = ConfigOf(layout, pki, store, port, token);
        return new DevIntake(
            await IntakeServer.StartAsync(config, NullLoggerFactory.Instance, time).ConfigureAwait(false), token);
    }

    public ValueTask DisposeAsync() => _intake.DisposeAsync();

    // The same reader and the same checks as `serve` of the intake.
    private static IntakeConfig ConfigOf(DevLayout layout, PkiDirectory pki, Uri store, int port, string token) =>
        IntakeConfigReader.Parse(
            Encoding.UTF8.GetBytes($$"""
                state: '{{Quoted(layout.Intake)}}'
                store:
                  address: '{{store}}'
                  certificate: '{{Quoted(pki.ClientCertificateFile("appender"))}}'
                  key: '{{Quoted(pki.ClientKeyFile("appender"))}}'
                  ca: '{{Quoted(pki.AuthorityFile)}}'
                sources:
                  {{Source}}:
                    kind: json
                    ledger: demo
                    listen: 127.0.0.1:{{port}}
                    path: /demo
                    auth: { tokens: { dev: "sha256:{{Hash(token)}}" } }

                """),
            Path.Combine(layout.Keys, "intake.yaml"));

    private static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);

    private static string Hash(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
