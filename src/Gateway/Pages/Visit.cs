using System.Globalization;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>
/// The page for people: <c>/</c>, and <c>/image?name=…</c> for what lies under a pull name. A visit, like a pull, is: parse, find, read, answer;
/// errors are pages too. Nothing of it goes on to an upstream.
/// </summary>
internal sealed partial class Visit(Overview overview, Look look, Metrics metrics, ILogger<Visit> logger)
{
    private const int MaxQuery = 300;

    /// <summary>The middleware: requests for anything else go on to <paramref name="next"/>.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next) => context.Request.Path.Value switch
    {
        "/" or "/image" => VisitAsync(context),
        "/favicon.ico" => AssetAsync(context, "icon.svg"),
        { } path when path.StartsWith(Assets.Folder, StringComparison.Ordinal) => AssetAsync(context, path[Assets.Folder.Length..]),
        _ => next(context),
    };

    private static bool IsRead(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    private static Task AssetAsync(HttpContext context, string name) =>
        !IsRead(context) ? WriteAsync(context, RegistryError.MethodNotAllowed)
        : Assets.Find(name) is { } asset ? Assets.WriteAsync(context, asset)
        : WriteAsync(context, RegistryError.NoSuchEndpoint($"{Assets.Folder}{name}"));

    private async Task VisitAsync(HttpContext context)
    {
        try
        {
            await (!IsRead(context) ? WriteAsync(context, RegistryError.MethodNotAllowed)
                : !TryGetPage(context.Request, out var page) ? WriteAsync(context, new RegistryError(StatusCodes.Status400BadRequest, "UNSUPPORTED", "pages are counted from 1"))
                : context.Request.Path == "/" ? OverviewAsync(context, page)
                : LookAsync(context, page)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // nobody is there
        }
        catch (DeniedException e)
        {
            metrics.Denied(e.Denial.List);
            await WriteAsync(context, RegistryError.Denied(e.Denial)).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e)
        {
            await WriteAsync(context, RegistryError.Of(e, RegistryError.NameUnknown)).ConfigureAwait(false);
        }
        catch (Exception e) when (!context.Response.HasStarted && e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            LogDamaged(e.Message);
            await WriteAsync(context, RegistryError.Damaged).ConfigureAwait(false);
        }
    }

    private async Task OverviewAsync(HttpContext context, int page)
    {
        var (query, host) = (context.Request.Query["q"].ToString().Trim(), new PullCommands(context).Host);
        var seen = await overview.ReadAsync(query.Length <= MaxQuery ? query : query[..MaxQuery], page, host, context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, StatusCodes.Status200OK, "Images", "", seen.ToHtml(BaseOf(context), host)).ConfigureAwait(false);
    }

    private async Task LookAsync(HttpContext context, int page)
    {
        var text = context.Request.Query["name"].ToString();
        var (name, error) = ImageName.Parse(text, context.Request.Host.Value ?? "");
        await (name is null ? WriteAsync(context, error!) : await look.AtAsync(name, page, context).ConfigureAwait(false) switch
        {
            Seen.Tags(var tags) => WriteAsync(context, StatusCodes.Status200OK, Crumbs.PathOf(name.Name), $"{name}", tags.ToHtml(BaseOf(context))),
            Seen.Image(var image) => WriteAsync(context, StatusCodes.Status200OK, $"{Crumbs.PathOf(name.Name)}{(name.Digest is { } d ? $"@{d.Algorithm}:{d.Hex[..12]}" : $":{name.Tag}")}", $"{name}", image.ToHtml(BaseOf(context))),
            Seen.Elsewhere(var address) => RedirectAsync(context, $"{BaseOf(context)}{address}"),
            Seen.Wrong(var wrong) => WriteAsync(context, wrong),
            var other => throw new ArgumentOutOfRangeException(nameof(context), other, "this has no page"),
        }).ConfigureAwait(false);
    }

    private static bool TryGetPage(HttpRequest request, out int page)
    {
        page = 1;
        return request.Query["page"] is not [{ } text, ..] || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out page) && page > 0);
    }

    private static string BaseOf(HttpContext context) => context.Request.PathBase.ToUriComponent();

    private static Task RedirectAsync(HttpContext context, string address)
    {
        context.Response.Headers.Location = address;
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }

    private static Task WriteAsync(HttpContext context, RegistryError error)
    {
        if (error.Status == StatusCodes.Status405MethodNotAllowed)
            context.Response.Headers.Allow = "GET, HEAD";
        if (error.RetryAfter is { } pause)
            context.Response.Headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var asked = context.Request.Query["name"].ToString();
        return WriteAsync(context, error.Status, ErrorPage.Title(error), asked.Length <= MaxQuery ? asked : "", ErrorPage.Of(error));
    }

    private static Task WriteAsync(HttpContext context, int status, string title, string name, Html content)
    {
        var page = new Frame(BaseOf(context), title) { Name = name }.Around(content).ToUtf8();
        var (response, headers) = (context.Response, context.Response.Headers);
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        // It has the name of the host that was asked, and what was pulled just now.
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = Frame.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Browsers complain of it where the origin is not one that they trust.
        if (context.Request.IsHttps)
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(page, context.RequestAborted).AsTask();
    }

    [LoggerMessage(EventId = 70, Level = LogLevel.Error, Message = "A page could not be made: {Problem}")]
    private partial void LogDamaged(string problem);
}
