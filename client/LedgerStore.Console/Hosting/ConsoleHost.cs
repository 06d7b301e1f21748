// The console's web server: on 127.0.0.1 only, plain HTTP/1.1, everything bounded. It serves the page, what the page
// asks a store, and the files of an evidence directory. Started and disposed by one caller.

using System.Net;
using System.Text.Json;
using Grpc.AspNetCore.Server.Model;
using LedgerStore.WebConsole.Calls;
using LedgerStore.WebConsole.Door;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LedgerStore.WebConsole.Hosting;

/// <summary>A console that listens.</summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    private const string FilesPath = "/evidence/";

    // A browser has six connections to one origin.
    private const int ConnectionsMax = 64;

    private readonly WebApplication _app;
    private readonly DoorKeys _keys;

    private ConsoleHost(WebApplication app, DoorKeys keys)
    {
        _app = app;
        _keys = keys;
        IServerAddressesFeature addresses =
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.Single());
    }

    public Uri Address { get; }

    /// <summary>The address that opens the page, once.</summary>
    public Uri Link => new(Address, $"{ConsoleDoor.Path}?{ConsoleDoor.TokenName}={_keys.Token}");

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ConsoleHost> StartAsync(ConsoleOptions options)
    {
        DoorKeys keys = new();
        WebApplication app = Build(options, keys);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
            return new ConsoleHost(app, keys);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends what is under way, and the server.</summary>
    public async ValueTask DisposeAsync()
    {
        using (CancellationTokenSource now = new())
        {
            // A tail never ends by itself: nothing is waited for.
            now.Cancel();
            await _app.StopAsync(now.Token).ConfigureAwait(false);
        }

        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(ConsoleOptions options, DoorKeys keys)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        if (options.Calls is { } calls)
        {
            builder.Services.AddGrpc(grpc =>
            {
                grpc.MaxReceiveMessageSize = RawMessage.RequestBytesMax;
                grpc.MaxSendMessageSize = null;
                grpc.IgnoreUnknownServices = true;
            });
            CallTable table = new(calls);
            builder.Services.AddSingleton(table);
            builder.Services.AddSingleton<IServiceMethodProvider<CallTable>>(table);
        }

        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel.Limits);
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        app.Use(new ConsoleDoor(keys, options.OnTokenReused).RunAsync);
        app.UseRouting();
        Map(app, options);
        return app;
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = ConnectionsMax;

        // A frame's head, and what gRPC-Web adds.
        limits.MaxRequestBodySize = RawMessage.RequestBytesMax + 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 4 * 1024;
    }

    private static void Map(WebApplication app, ConsoleOptions options)
    {
        if (options.Calls is not null)
        {
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
            app.MapGrpcService<CallTable>();
        }

        byte[] facts = options.Facts.ToJson(options.Assets.Sha256, DoorCheck.HeaderValue);
        app.MapGet("/console.json", context => SendAsync(context, "application/json", facts));
        if (options.Files is { } files)
        {
            byte[] names = JsonSerializer.SerializeToUtf8Bytes(files.Names);
            app.MapGet(FilesPath, context => SendAsync(context, "application/json", names));
            app.MapGet(FilesPath + "{**name}", context => SendFileAsync(context, files));
        }

        app.MapGet("{**path}", context => options.Assets.Find(context.Request.Path) is { } asset
            ? SendAsync(context, asset.ContentType, asset.Bytes)
            : ConsoleDoor.TextAsync(context, StatusCodes.Status404NotFound, "there is nothing here"));
    }

    private static Task SendFileAsync(HttpContext context, ConsoleFiles files)
    {
        string name = context.Request.Path.Value![FilesPath.Length..];
        if (!files.Names.Contains(name, StringComparer.Ordinal))
        {
            return ConsoleDoor.TextAsync(
                context, StatusCodes.Status404NotFound, "the evidence directory has no such file");
        }

        try
        {
            return SendAsync(context, "application/octet-stream", files.Read(name));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ConsoleDoor.TextAsync(context, StatusCodes.Status409Conflict, unreadable.Message);
        }
    }

    private static Task SendAsync(HttpContext context, string type, byte[] bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes).AsTask();
    }
}
