// A store that speaks just enough S3, in this process: honest, or wrong in one way. It checks no signature. Any thread.

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Tests.S3;

/// <summary>The one thing that a store does wrong.</summary>
internal enum Flaw
{
    None,
    IgnoresIfNoneMatch,
    SaysTakenAndReplaces,
    SaysTakenAlways,
    IgnoresRange,
    GivesOtherBytes,
    KnowsNoVersions,
    HidesInsteadOfDeleting,
    ForbidsEverything,
}

internal sealed class FakeS3 : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeS3(WebApplication app) => _app = app;

    public Flaw Flaw { get; set; }

    /// <summary>By path, with the bucket.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    public Uri Address => new(_app.Urls.Single());

    public static async Task<FakeS3> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        FakeS3 fake = new(builder.Build());
        fake._app.Run(fake.AnswerAsync);
        await fake._app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string path = request.Path.Value!;
        if (Flaw == Flaw.ForbidsEverything)
        {
            return RefuseAsync(context, HttpStatusCode.Forbidden, "AccessDenied");
        }

        if (request.Query.ContainsKey("object-lock"))
        {
            return RefuseAsync(context, HttpStatusCode.NotFound, "ObjectLockConfigurationNotFoundError");
        }

        return request.Query.ContainsKey("versions") ? ListAsync(context, path)
            : HttpMethods.IsPut(request.Method) ? PutAsync(context, path)
            : HttpMethods.IsGet(request.Method) ? GetAsync(context, path)
            : DeleteAsync(context, path);
    }

    private async Task PutAsync(HttpContext context, string path)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        bool isConditional = context.Request.Headers.IfNoneMatch == "*";
        bool isTaken = Flaw == Flaw.SaysTakenAlways || (isConditional && Objects.ContainsKey(path));
        if (isTaken && Flaw != Flaw.IgnoresIfNoneMatch)
        {
            if (Flaw == Flaw.SaysTakenAndReplaces)
            {
                Objects[path] = body.ToArray();
            }

            await RefuseAsync(context, HttpStatusCode.PreconditionFailed, "PreconditionFailed");
            return;
        }

        Objects[path] = body.ToArray();
    }

    private async Task GetAsync(HttpContext context, string path)
    {
        if (!Objects.TryGetValue(path, out byte[]? bytes))
        {
            await RefuseAsync(context, HttpStatusCode.NotFound, "NoSuchKey");
            return;
        }

        long[] range = [.. context.Request.Headers.Range.ToString()["bytes=".Length..].Split('-')
            .Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        if (range[0] >= bytes.Length)
        {
            await RefuseAsync(context, HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange");
            return;
        }

        byte[] part = Flaw == Flaw.IgnoresRange ? bytes
            : [.. bytes.Skip((int)range[0]).Take((int)(range[1] + 1 - range[0]))];
        if (Flaw == Flaw.GivesOtherBytes)
        {
            part = [.. part];
            part[0] ^= 1;
        }

        context.Response.StatusCode = Flaw == Flaw.IgnoresRange ? 200 : 206;
        context.Response.ContentLength = part.Length;
        await context.Response.Body.WriteAsync(part);
    }

    private Task DeleteAsync(HttpContext context, string path)
    {
        context.Response.StatusCode = (int)HttpStatusCode.NoContent;
        if (Flaw == Flaw.HidesInsteadOfDeleting)
        {
            context.Response.Headers["x-amz-delete-marker"] = "true";
        }
        else
        {
            Objects.TryRemove(path, out _);
        }

        return Task.CompletedTask;
    }

    private Task ListAsync(HttpContext context, string bucket)
    {
        if (Flaw is Flaw.KnowsNoVersions or Flaw.HidesInsteadOfDeleting)
        {
            return RefuseAsync(context, HttpStatusCode.NotImplemented, "NotImplemented");
        }

        string start = bucket.TrimEnd('/') + "/";
        string prefix = start + context.Request.Query["prefix"];
        IEnumerable<string> versions = Objects.Keys
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => $"<Version><Key>{path[start.Length..]}</Key><VersionId>null</VersionId></Version>");
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(
            $"<ListVersionsResult><IsTruncated>false</IsTruncated>{string.Concat(versions)}</ListVersionsResult>");
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>no</Message></Error>");
    }
}
