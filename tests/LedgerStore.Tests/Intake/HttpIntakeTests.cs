// JSON over HTTP, from the socket to the ledger: what is acknowledged is there, with where it came from.

using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Server;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class HttpIntakeTests
{
    [Fact]
    public async Task What_is_acknowledged_is_in_the_ledger_with_its_sender()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        using HttpResponseMessage one = await intake.PostAsync("{\"who\": \"anna\"}", "application/json");
        Assert.Equal((HttpStatusCode.OK, "{\"stored\":1}"), (one.StatusCode, await one.Content.ReadAsStringAsync()));
        (await intake.PostAsync("[{\"n\":1},{\"n\":2}]", "application/json")).EnsureSuccessStatusCode();
        (await intake.PostAsync("{\"n\":3}\nnot json\n{\"n\":4}\n", "application/x-ndjson")).EnsureSuccessStatusCode();
        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(
            ["{\"who\": \"anna\"}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "not json\n", "{\"n\":4}"],
            records.Select(RunningIntake.TextOf));
        Assert.All(
            records,
            each => Assert.Equal(("app", "tester", "127.0.0.1"), (each.Source, each.Sender, each.Address)));
        Assert.Equal(
            (6L, 6L, 1L, 0L),
            (intake.Counters.Received, intake.Counters.Stored, intake.Counters.Opaque, intake.Counters.Duplicate));
    }

    [Fact]
    public async Task Entries_say_who_appended_what_from_which_source()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "profile: ocsf");
        (await intake.PostAsync("1", "application/json")).EnsureSuccessStatusCode();
        await intake.PayloadsAsync();
        using LedgerClient client = new(new LedgerClientOptions
        {
            Address = intake.Store.Address,
            Certificate = ServerPki.Client("reader"),
            TrustedRoots = ServerPki.Roots,
        });
        await foreach (LedgerEvent next in client.CreateReader("demo").ReadAsync(new ReadOptions { From = 0 }))
        {
            LedgerEntry entry = Assert.IsType<LedgerEntry>(next);
            Assert.Equal("spiffe://example.org/writer", entry.Appender);
            Assert.Equal(("app", 1UL), (entry.Producer, entry.ProducerSequence));
            Assert.Equal("application/json; profile=ocsf; envelope=intake", entry.ContentType);
            return;
        }

        Assert.Fail("no entry");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another token")]
    public async Task Who_is_not_known_is_refused(string? token)
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        using StringContent content = new("{}");
        using HttpResponseMessage answer = await intake.Http("app", token).PostAsync((Uri?)null, content);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(await intake.PayloadsAsync());
        Assert.Equal((0L, 1L), (intake.Counters.Received, intake.Counters.Refused));
    }

    [Fact]
    public async Task A_signature_over_the_body_says_who_sends()
    {
        byte[] secret = "0123456789abcdef0123456789abcdef"u8.ToArray();
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, [.. secret, (byte)'\n']);
        await using RunningIntake intake = await RunningIntake.StartAsync($$"""
            sources:
              app:
                kind: json
                ledger: demo
                listen: 127.0.0.1:0
                auth: { hmac: { sender: github, secret_file: "{{file}}" } }

            """);
        File.Delete(file);
        byte[] body = "{\"action\":\"opened\"}"u8.ToArray();
        string right = $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(secret, body))}";
        foreach ((string? signature, HttpStatusCode expected) in new (string?, HttpStatusCode)[]
        {
            (right, HttpStatusCode.OK),
            (right.Replace('a', 'b'), HttpStatusCode.Unauthorized),
            ("sha256=zz", HttpStatusCode.Unauthorized),
            (null, HttpStatusCode.Unauthorized),
        })
        {
            using ByteArrayContent content = new(body);
            if (signature is not null)
            {
                content.Headers.Add("X-Hub-Signature-256", signature);
            }

            using HttpResponseMessage answer = await intake.Http("app", null).PostAsync((Uri?)null, content);
            Assert.Equal(expected, answer.StatusCode);
        }

        Assert.Equal("github", Assert.Single(await intake.RecordsAsync()).Sender);
    }

    [Fact]
    public async Task A_client_certificate_says_who_sends()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("""
            tls: { certificate: server.pem, key: server.key, client_ca: ca.pem }
            sources:
              app:
                kind: json
                ledger: demo
                listen: 127.0.0.1:0
                auth: { certificates: ["spiffe://example.org/sender"] }

            """);
        foreach ((string? name, HttpStatusCode expected) in new (string?, HttpStatusCode)[]
        {
            ("sender", HttpStatusCode.OK), ("idle", HttpStatusCode.Unauthorized), (null, HttpStatusCode.Unauthorized),
        })
        {
            using HttpClient client = new(new SocketsHttpHandler { SslOptions = TlsOf(name) });
            using StringContent content = new("{\"a\":1}");
            using HttpResponseMessage answer = await client.PostAsync(intake.Intake.AddressOf("app"), content);
            Assert.Equal(expected, answer.StatusCode);
        }

        Assert.Equal("spiffe://example.org/sender", Assert.Single(await intake.RecordsAsync()).Sender);
    }

    internal static SslClientAuthenticationOptions TlsOf(string? name)
    {
        X509ChainPolicy trust = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.AddRange(ServerPki.Roots);
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = trust,
            ClientCertificates = name is null ? [] : [ServerPki.Client(name)],
        };
    }

    [Fact]
    public async Task Packed_bodies_are_unpacked_and_damaged_ones_kept()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("[{\"a\":1},{\"a\":2}]"u8);
        }

        byte[] good = packed.ToArray(), cut = good[..^5], head = good[..8], strange = "zzz"u8.ToArray();
        foreach ((byte[] body, string encoding) in new[]
        {
            (good, "gzip"), (cut, "gzip"), (head, "gzip"), (strange, "zstd"),
        })
        {
            using ByteArrayContent content = new(body);
            content.Headers.ContentEncoding.Add(encoding);
            (await intake.Http().PostAsync((Uri?)null, content)).EnsureSuccessStatusCode();
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(5, records.Count);
        Assert.Equal("{\"a\":2}", RunningIntake.TextOf(records[1]));
        Assert.Equal(cut, records[2].Bytes.ToArray());
        Assert.Equal(head, records[3].Bytes.ToArray());
        Assert.Equal(strange, records[4].Bytes.ToArray());
        Assert.All(records[2..], each => Assert.NotNull(each.Opaque));
    }

    [Fact]
    public async Task A_request_that_is_named_is_stored_once_however_often_it_comes()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        for (int i = 0; i < 3; i++)
        {
            using StringContent content = new("[{\"a\":1},{\"a\":1}]");
            content.Headers.Add("Idempotency-Key", "request-7");
            (await intake.Http().PostAsync((Uri?)null, content)).EnsureSuccessStatusCode();
            (await intake.PostAsync("{\"b\":1}", "application/json")).EnsureSuccessStatusCode();
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(["request-7/0", "request-7/1"], records.Select(each => each.Id).OfType<string>());
        Assert.Equal(3, records.Count(each => each.Id is null));
        Assert.Equal(4, intake.Counters.Duplicate);
    }

    [Fact]
    public async Task Where_it_is_said_so_the_same_bytes_are_the_same_request_also_after_a_restart()
    {
        string configuration = $$"""
            sources:
              app:
                kind: json
                ledger: demo
                listen: 127.0.0.1:0
                duplicates: body
                auth: { tokens: { tester: "{{RunningIntake.TokenHash}}", other: "sha256:{{new string('1', 64)}}" } }

            """;
        await using RunningIntake intake = await RunningIntake.StartAsync(configuration);
        (await intake.PostAsync("[1,1]", "application/json")).EnsureSuccessStatusCode();
        (await intake.PostAsync("[1,1]", "application/json")).EnsureSuccessStatusCode();
        await intake.RestartAsync(configuration);
        (await intake.PostAsync("[1,1]", "application/json")).EnsureSuccessStatusCode();
        (await intake.PostAsync("[1,2]", "application/json")).EnsureSuccessStatusCode();
        Assert.Equal(["1", "1", "1", "2"], (await intake.RecordsAsync()).Select(RunningIntake.TextOf));
    }

    [Fact]
    public async Task A_large_event_is_whole_again_when_it_is_read()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        byte[] noise = new byte[1_500_000];
        new Random(5).NextBytes(noise);
        string body = $"{{\"blob\":\"{Convert.ToHexString(noise)}\"}}";
        (await intake.PostAsync(body, "application/json")).EnsureSuccessStatusCode();
        Assert.Equal(body, RunningIntake.TextOf(Assert.Single(await intake.RecordsAsync())));
        Assert.True((await intake.PayloadsAsync()).Count > 10);
    }

    [Theory]
    [InlineData("GET", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "x/y", HttpStatusCode.NotFound)]
    public async Task Other_requests_have_an_answer(string method, string path, HttpStatusCode expected)
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "path: /app");
        using HttpRequestMessage request = new(
            new HttpMethod(method), new Uri(intake.Intake.AddressOf("app"), path == "" ? "/app" : path));
        using HttpResponseMessage answer = await intake.Http().SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_read()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        using HttpRequestMessage request = new(HttpMethod.Post, (Uri?)null);
        request.Content = new ByteArrayContent([1, 2, 3]);
        request.Content.Headers.ContentLength = 65L * 1024 * 1024;
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage answer = await intake.Http().SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("67,108,864", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_metrics_count_what_came()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync($$"""
            operations: 127.0.0.1:0
            sources:
              app:
                kind: json
                ledger: demo
                listen: 127.0.0.1:0
                auth: { tokens: { tester: "{{RunningIntake.TokenHash}}" } }

            """);
        (await intake.PostAsync("[1,2,]", "application/json")).EnsureSuccessStatusCode();
        await intake.PayloadsAsync();
        using HttpClient http = new() { BaseAddress = intake.Intake.OperationsAddress };
        string status = await http.GetStringAsync("/status");
        Assert.Contains("\"source\":\"app\",\"kind\":\"json\",\"ledger\":\"demo\",\"received\":3,\"stored\":3", status,
            StringComparison.Ordinal);
        Assert.Contains("\"opaque\":1", status, StringComparison.Ordinal);
        Assert.Equal("ready\n", await http.GetStringAsync("/readyz"));
        Assert.Contains(
            "ledgerstore_intake_stored_total{source=\"app\"} 3", await http.GetStringAsync("/metrics"),
            StringComparison.Ordinal);
        CliResult shown = await new LedgerCli(string.Empty).RunAsync(
            "intake", "status", "--address", $"{intake.Intake.OperationsAddress}");
        Assert.Equal(0, shown.Code);
        Assert.Matches("app +json +demo +3 +3 +0 +0 +0 +1 +0 +0 +0 +0", shown.Output);
        CliResult nobody = await new LedgerCli(string.Empty).RunAsync(
            "intake", "status", "--address", $"http://127.0.0.1:{Ports.Free()}");
        Assert.Equal(3, nobody.Code);
    }
}
