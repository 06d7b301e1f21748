// intake.yaml is read strictly: what is wrong has its place and a hint, and what is unsafe is refused.

using System.Text;
using LedgerStore.Intake.Config;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class IntakeConfigTests
{
    private const string Good = """
        state: state
        store: { address: "https://ledger.example.org:7443", certificate: i.pem, key: i.key, ca: ca.pem }
        tls: { certificate: server.pem, key: server.key, client_ca: ca.pem }
        operations: 127.0.0.1:9465
        answer_within: 2s
        spool: 64MiB
        sources:
          app:
            kind: json
            ledger: apps
            listen: 0.0.0.0:8443
            path: /app
            auth:
              certificates: ["spiffe://example.org/app"]
              tokens: { fluent: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
          other: { kind: json, ledger: others, listen: 0.0.0.0:8443, path: /other, spool: 2MiB, duplicates: body,
                   profile: ocsf, auth: { certificates: ["a.example.org"] } }

        """;

    [Fact]
    public void A_good_file_says_what_it_says()
    {
        IntakeConfig config = Parse(Good);
        Assert.Equal("/etc/intake/state", config.State);
        Assert.Equal(new Uri("https://ledger.example.org:7443"), config.Store.Address);
        Assert.Equal("/etc/intake/i.pem", config.Store.Certificate);
        Assert.Equal(TimeSpan.FromSeconds(2), config.AnswerWithin);
        SourceConfig app = config.Sources[0], other = config.Sources[1];
        Assert.Equal(("app", SourceKind.Json, "apps", "/app"), (app.Name, app.Kind, app.Ledger, app.Path));
        Assert.Equal("application/json; profile=json; envelope=intake", app.ContentType);
        Assert.Equal("fluent", Assert.Single(app.Auth.Tokens).Value);
        Assert.Equal((64L << 20, false), (app.SpoolBytes, app.IsKnownByBody));
        Assert.Equal((2L << 20, true, "ocsf"), (other.SpoolBytes, other.IsKnownByBody, other.Profile));
    }

    [Theory]
    [InlineData("kind: json", "kind: jason", "intake.yaml:9:11: sources.app.kind: \"jason\" is none of the choices")]
    [InlineData("ledger: apps", "ledger: _audit", "\"_audit\" is no name of a ledger")]
    [InlineData("listen: 0.0.0.0:8443\n    path: /app", "listen: 8443\n    path: /app", "8443")]
    [InlineData("path: /app", "path: app", "is no path for this kind")]
    [InlineData("path: /other", "path: /app", "listens where app does")]
    [InlineData("sha256:e3b0", "sha256:x3b0", "no SHA-256")]
    [InlineData("answer_within: 2s", "answer_within: 2", "is not a number with ms, s, m or h")]
    [InlineData("spool: 64MiB", "spool: 1KiB", "is out of range")]
    [InlineData(", client_ca: ca.pem }\nop", " }\nop", "need an authority")]
    [InlineData("tls: { certificate: server.pem, key: server.key, client_ca: ca.pem }\n", "", "without TLS")]
    [InlineData("https://ledger", "http://ledger", "is no https address")]
    [InlineData("auth: { certificates: [\"a.example.org\"] }", "profile: x", "profile")]
    [InlineData("duplicates: body", "duplicates: bodi", "did you mean \"body\"?")]
    [InlineData("state: state", "stat: state", "did you mean \"state\"?")]
    [InlineData("profile: ocsf", "profile: \"a b\"", "is no name of a profile")]
    public void What_is_wrong_is_told_with_its_place(string what, string instead, string problem)
    {
        Assert.Contains(what, Good, StringComparison.Ordinal);
        IntakeConfigException refused = Assert.Throws<IntakeConfigException>(
            () => Parse(Good.Replace(what, instead, StringComparison.Ordinal)));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.All(refused.Problems, each => Assert.Matches("intake[.]yaml:[0-9]+:[0-9]+: ", each));
    }

    [Fact]
    public void A_source_that_takes_events_from_everybody_is_refused()
    {
        IntakeConfigException refused = Assert.Throws<IntakeConfigException>(() => Parse(
            Good.Replace(", auth: { certificates: [\"a.example.org\"] }", "", StringComparison.Ordinal)
                .Replace(",\n           profile: ocsf, auth: { certificates: [\"a.example.org\"] }", "",
                    StringComparison.Ordinal)));
        Assert.Contains("sources.other takes events from everybody", refused.Message, StringComparison.Ordinal);
    }

    private static IntakeConfig Parse(string text) =>
        IntakeConfigReader.Parse(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")), "/etc/intake/intake.yaml");
}
