using System.Globalization;
using System.Text;
using Image2Ipfs.Gateway.Answers;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>An answer that is decided; sending it is all that is left. What fails from here on cannot be told but by an abort.</summary>
internal delegate Task Reply(HttpContext context);

/// <summary>The parts of HTTP that all content shares: tags, conditions, ranges, HEAD.</summary>
internal static class ContentReply
{
    public const string Immutable = "public, max-age=29030400, immutable";

    public static Reply Text(int status, string text) => context =>
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status405MethodNotAllowed)
            context.Response.Headers.Allow = "GET, HEAD, OPTIONS";
        return WriteAsync(context, Encoding.UTF8.GetBytes(text + "\n"), "text/plain; charset=utf-8");
    };

    /// <summary>A body of known length that is not cut into ranges.</summary>
    public static Task WriteAsync(HttpContext context, byte[] body, string contentType)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>Sets what the tag and the cache need, and answers 304 where the client has the content.</summary>
    public static bool IsNotModified(HttpContext context, string etag, string cacheControl = Immutable)
    {
        var headers = context.Response.Headers;
        headers.ETag = etag;
        headers.CacheControl = cacheControl;
        // One address has several representations.
        headers.Vary = "Accept";
        if (context.Request.Headers.IfNoneMatch is not { Count: > 0 } lines || !Matches(lines, etag))
            return false;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    /// <summary>A body of which a part may be asked for.</summary>
    /// <param name="context">The request, whose tag is set.</param>
    /// <param name="contentType">Of the whole and of a part.</param>
    /// <param name="size">The whole.</param>
    /// <param name="send">Sends a part, given by its first byte and length.</param>
    public static Task WriteRangeAsync(HttpContext context, string contentType, long size, Func<long, long, Task> send)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.XContentTypeOptions = "nosniff";
        var applies = HttpMethods.IsGet(request.Method) && (request.Headers.IfRange is not { Count: > 0 } ifRange || ifRange == response.Headers.ETag);
        var (start, length) = (0L, size);
        switch (applies ? RangeHeader.Parse(request.Headers.Range, size) : null)
        {
            case []:
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{size}");
                response.Headers.ContentDisposition = default;
                return WriteAsync(context, "invalid range: failed to overlap\n"u8.ToArray(), "text/plain; charset=utf-8");
            case [var part]:
                (start, length) = part;
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + length - 1}/{size}");
                break;
            default: // several parts are answered with everything, as a server may
                break;
        }
        response.Headers.AcceptRanges = "bytes";
        response.ContentType = contentType;
        response.ContentLength = length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : send(start, length);
    }

    /// <summary>What the client wants the content to be called: <c>?filename=</c>.</summary>
    public static string? FileName(HttpRequest request) => request.Query["filename"].ToString() is { Length: > 0 } name ? name : null;

    /// <summary>A name for the file in which a browser puts what it cannot show.</summary>
    public static string Attachment(string name) => $"attachment; {Names(name)}";

    /// <summary>A name for what a browser shows, if it can.</summary>
    public static string Inline(string name) => $"inline; {Names(name)}";

    private static string Names(string name)
    {
        var plain = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        return $"filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }

    /// <summary>Weakly, as RFC 9110 13.1.2 has it.</summary>
    private static bool Matches(Microsoft.Extensions.Primitives.StringValues lines, string etag) =>
        lines.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            .Any(tag => tag == "*" || Strong(tag) == Strong(etag));

    private static string Strong(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}
