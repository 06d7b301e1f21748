// What .NET people expect: registration, configuration, logging, middleware, and events with the names of OCSF.

using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Client.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class IntegrationTests
{
    [Fact]
    public void An_event_has_the_names_of_ocsf_api_activity()
    {
        AuditEvent audit = new()
        {
            Who = "anna",
            What = "invoice.approve",
            When = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
            Where = "192.0.2.7",
            Resource = "invoice/4711",
            ResourceType = "invoice",
            Activity = AuditActivity.Update,
            Outcome = AuditOutcome.Failure,
            StatusCode = "403",
            Reason = "limit",
            RequestId = "r-1",
            Service = "invoices",
            Attributes = new Dictionary<string, string> { ["amount"] = "12 \"000\"" },
        };
        const string Expected = """
            {"class_uid":6003,"class_name":"API Activity","category_uid":6,"activity_id":3,"activity_name":"Update",
            "type_uid":600303,"severity_id":2,"time":1700000000123,"status_id":2,"status":"Failure",
            "status_code":"403","status_detail":"limit","metadata":{"version":"1.3.0","correlation_uid":"r-1",
            "product":{"name":"invoices","vendor_name":"invoices"}},"actor":{"user":{"name":"anna"}},
            "src_endpoint":{"ip":"192.0.2.7"},"api":{"operation":"invoice.approve","request":{"uid":"r-1"},
            "service":{"name":"invoices"}},"resources":[{"name":"invoice/4711","type":"invoice"}],
            "unmapped":{"amount":"12 \u0022000\u0022"}}
            """;
        Assert.Equal(
            Expected.Replace("\n", "", StringComparison.Ordinal), System.Text.Encoding.UTF8.GetString(audit.ToJson()));
    }

    [Fact]
    public async Task Registered_from_configuration_audit_categories_go_to_the_ledger()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        ServiceCollection services = new();
        services.AddLedgerClient(
            new LedgerClientOptions { Address = server.Client.Address, AllowPlaintext = true },
            "demo",
            new AppenderOptions { Producer = "app" });
        services.AddLogging(logging => logging.AddLedger(new LedgerLoggerOptions { Service = "invoices" }));
        ServiceProvider provider = services.BuildServiceProvider();
        ILoggerFactory factory = provider.GetRequiredService<ILoggerFactory>();
        ILogger audited = factory.CreateLogger("Audit.Invoices");
        if (audited.IsEnabled(LogLevel.Information))
        {
            audited.LogInformation(
                new EventId(7, "approve"), "{User} approved {Resource} of {Amount}", "anna", "invoice/1", 5);
        }

        factory.CreateLogger("Other").LogInformation("not for the ledger");
        factory.CreateLogger("Audit").LogDebug("not severe enough");
        await provider.DisposeAsync();

        JsonElement audit = JsonDocument.Parse(Assert.Single(server.Ledger.Payloads())).RootElement;
        Assert.Equal("anna", audit.GetProperty("actor").GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("approve", audit.GetProperty("api").GetProperty("operation").GetString());
        Assert.Equal("invoice/1", audit.GetProperty("resources")[0].GetProperty("name").GetString());
        Assert.Equal("5", audit.GetProperty("unmapped").GetProperty("Amount").GetString());
    }

    [Fact]
    public void A_missing_or_wrong_setting_is_named()
    {
        ServiceCollection services = new();
        Assert.Contains("Address", Fails([]), StringComparison.Ordinal);
        Assert.Contains("Ledger", Fails(("Address", "https://localhost")), StringComparison.Ordinal);
        Assert.Contains(
            "Connections",
            Fails(("Ledger", "x"), ("Address", "https://localhost"), ("Connections", "many")),
            StringComparison.Ordinal);

        string Fails(params (string Key, string Value)[] values) => Assert
            .Throws<InvalidOperationException>(() => services.AddLedgerClient(new ConfigurationBuilder()
                .AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value)))
                .Build()))
            .Message;
    }

    [Theory]
    [InlineData(RequestAuditMode.Posted)]
    [InlineData(RequestAuditMode.Stored)]
    [InlineData(RequestAuditMode.Never)]
    public async Task Each_request_is_one_event(RequestAuditMode mode)
    {
        await using FakeServer server = await FakeServer.StartAsync();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLedgerClient(
            new LedgerClientOptions { Address = server.Client.Address, AllowPlaintext = true },
            "demo",
            new AppenderOptions { Producer = "app" });
        await using (WebApplication app = builder.Build())
        {
            app.UseLedgerAudit(new RequestAuditOptions
            {
                Mode = mode,
                Service = "invoices",
                Headers = ["X-Tenant", "Authorization"],
                Query = ["*"],
                Filter = static context => context.Request.Path != "/health",
            });
            app.MapGet("/invoices/{id}", (string id) => id);
            app.MapPost("/fails", IResult () => throw new InvalidOperationException("secret"));
            app.MapGet("/health", () => "ok");
            await app.StartAsync();
            using HttpClient http = new() { BaseAddress = new Uri(app.Urls.First()) };
            http.DefaultRequestHeaders.Add("X-Tenant", "blue");
            http.DefaultRequestHeaders.Add("Authorization", "Bearer secret");
            await http.GetAsync(new Uri("/invoices/4711?page=2&token=secret", UriKind.Relative));
            await http.PostAsync(new Uri("/fails", UriKind.Relative), content: null);
            await http.GetAsync(new Uri("/health", UriKind.Relative));
            await app.StopAsync();
        }

        byte[][] events = server.Ledger.Payloads();
        Assert.Equal(2, events.Length);
        JsonElement read = JsonDocument.Parse(events[0]).RootElement;
        Assert.Equal("GET /invoices/{id}", read.GetProperty("api").GetProperty("operation").GetString());
        Assert.Equal("/invoices/4711", read.GetProperty("resources")[0].GetProperty("name").GetString());
        Assert.Equal("Success", read.GetProperty("status").GetString());
        JsonElement more = read.GetProperty("unmapped");
        Assert.Equal("blue", more.GetProperty("header.x-tenant").GetString());
        Assert.Equal("2", more.GetProperty("query.page").GetString());
        Assert.Equal(RequestAuditOptions.Mask, more.GetProperty("query.token").GetString());
        JsonElement failed = JsonDocument.Parse(events[1]).RootElement;
        Assert.Equal(("Failure", "500"), (
            failed.GetProperty("status").GetString(), failed.GetProperty("status_code").GetString()));
        Assert.All(events, each => Assert.DoesNotContain(
            "secret", System.Text.Encoding.UTF8.GetString(each), StringComparison.Ordinal));
    }
}
