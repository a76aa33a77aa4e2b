using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Image2Ipfs.Gateway.Answers;

/// <summary>Turns answers into HTTP: status, headers, conditions, ranges, bodies. HEAD is GET without the body.</summary>
internal static class AnswerWriter
{
    /// <summary>Names hold the root's CID or the content's digest, so what lies under them never changes.</summary>
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>A name that moves may mean another manifest in a moment. Its entity tag says whether it does.</summary>
    private const string AskAgain = "no-cache";

    private const string OctetStream = "application/octet-stream";

    public static Task WriteAsync(HttpContext context, Answer answer)
    {
        var headers = context.Response.Headers;
        // Docker up to 1.9 takes a registry without this header for one of the first version.
        headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        headers.XContentTypeOptions = "nosniff";
        if (answer.Warnings.Count > 0)
            headers.Warning = new StringValues([.. answer.Warnings.Select(Warnings.Header)]);
        if (answer.Namespace is not null)
            headers["OCI-Namespace"] = answer.Namespace;
        switch (answer)
        {
            case RegistryError error:
                context.Response.StatusCode = error.Status;
                if (error.Status == StatusCodes.Status405MethodNotAllowed && headers.Allow.Count == 0)
                    headers.Allow = "GET, HEAD";
                if (error.RetryAfter is { } pause)
                    headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(pause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return WriteBytesAsync(context, error.ToJson(), "application/json");
            case Answer.Json json:
                if (json.Next is not null)
                    headers.Link = $"<{context.Request.PathBase.ToUriComponent()}{json.Next}>; rel=\"next\"";
                if (json.FilteredBy is not null)
                    headers["OCI-Filters-Applied"] = json.FilteredBy;
                return WriteBytesAsync(context, json.Content, json.MediaType.Value);
            case Answer.InMemory content:
                headers.Vary = HeaderNames.Accept;
                return IsNotModified(context, content.Digest.ToString(), content.IsImmutable)
                    ? Task.CompletedTask
                    : WriteBytesAsync(context, content.Content, content.MediaType.Value);
            case Answer.Blob blob:
                return WriteBlobAsync(context, blob);
            default:
                throw new ArgumentOutOfRangeException(nameof(answer), answer, "this answer has no form in HTTP");
        }
    }

    /// <summary>Sets the headers that come of the digest, and answers 304 or 412 where the client's conditions say so.</summary>
    private static bool IsNotModified(HttpContext context, string digest, bool isImmutable = true)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Headers.IfMatch is { Count: > 0 } ifMatch && !Matches(ifMatch, digest, weak: false))
        {
            response.StatusCode = StatusCodes.Status412PreconditionFailed;
            return true;
        }
        response.Headers["Docker-Content-Digest"] = digest;
        response.Headers.ETag = $"\"{digest}\"";
        response.Headers.CacheControl = isImmutable ? Immutable : AskAgain;
        if (request.Headers.IfNoneMatch is { Count: > 0 } ifNoneMatch && Matches(ifNoneMatch, digest, weak: true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return true;
        }
        return false;
    }

    /// <summary>Quoted or bare, as registries take it; weak where RFC 9110 13.1 compares weakly.</summary>
    private static bool Matches(StringValues lines, string digest, bool weak) =>
        lines.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            .Select(tag => weak && tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag)
            .Any(tag => tag == "*" || tag.Trim('"') == digest);

    private static Task WriteBytesAsync(HttpContext context, ReadOnlyMemory<byte> content, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return Task.CompletedTask;
        // One piece: WriteAsync would cut it into pieces of 4 KiB.
        var writer = context.Response.BodyWriter;
        content.Span.CopyTo(writer.GetSpan(content.Length));
        writer.Advance(content.Length);
        return writer.FlushAsync(context.RequestAborted).AsTask();
    }

    private static async Task WriteBlobAsync(HttpContext context, Answer.Blob blob)
    {
        using var content = blob.Content;
        if (IsNotModified(context, blob.Digest.ToString()))
            return;
        context.Response.Headers.AcceptRanges = "bytes";
        var ranges = Ranges(context.Request, blob);
        if (context.Features.Get<AccelRedirect>()?.AddressOf(blob.Content.Path, context.Request, ranges) is { } address)
        {
            AccelRedirect.Write(context.Response, address, OctetStream);
            return;
        }
        await (ranges switch
        {
            null => WritePartAsync(context, blob, StatusCodes.Status200OK, 0, blob.Size),
            [] => WriteNoRangeAsync(context, blob.Size),
            [var (start, length)] => WritePartAsync(context, blob, StatusCodes.Status206PartialContent, start, length),
            { } parts => WritePartsAsync(context, blob, parts),
        }).ConfigureAwait(false);
    }

    private static IReadOnlyList<(long Start, long Length)>? Ranges(HttpRequest request, Answer.Blob blob)
    {
        var applies = request.Headers.IfRange is not { Count: > 0 } ifRange || Matches(ifRange, blob.Digest.ToString(), weak: false);
        // RFC 9110 14.2: of the methods that we know, a range is defined for GET only.
        var parts = applies && HttpMethods.IsGet(request.Method) ? RangeHeader.Coalesce(RangeHeader.Parse(request.Headers.Range, blob.Size)) : null;
        return parts is { Count: > 1 } && !blob.Content.CanSkip ? null : parts;
    }

    private static Task WriteNoRangeAsync(HttpContext context, long size)
    {
        var headers = context.Response.Headers;
        headers.ContentRange = $"bytes */{size}";
        // These speak of the blob, and the body is none of it.
        headers.Remove("Docker-Content-Digest");
        headers.ETag = headers.CacheControl = default;
        context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
        return WriteBytesAsync(context, new RegistryError(context.Response.StatusCode, "RANGE_INVALID", $"the blob has {size} bytes").ToJson(), "application/json");
    }

    private static Task WritePartAsync(HttpContext context, Answer.Blob blob, int status, long start, long length)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = OctetStream;
        response.ContentLength = length;
        if (status == StatusCodes.Status206PartialContent)
            response.Headers.ContentRange = ContentRange(start, length, blob.Size);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : blob.Content.SendAsync(context.Response.BodyWriter, start, length, context.RequestAborted);
    }

    /// <summary>multipart/byteranges, RFC 9110 14.6: lazy-pulling clients ask for many parts at once.</summary>
    private static async Task WritePartsAsync(HttpContext context, Answer.Blob blob, IReadOnlyList<(long Start, long Length)> parts)
    {
        var response = context.Response;
        var boundary = Guid.NewGuid().ToString("N");
        var heads = parts.Select(p => $"\r\n--{boundary}\r\nContent-Type: {OctetStream}\r\nContent-Range: {ContentRange(p.Start, p.Length, blob.Size)}\r\n\r\n").ToList();
        var tail = $"\r\n--{boundary}--\r\n";
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.ContentType = $"multipart/byteranges; boundary={boundary}";
        response.ContentLength = parts.Sum(p => p.Length) + heads.Sum(h => h.Length) + tail.Length;
        foreach (var (head, (start, length)) in heads.Zip(parts))
        {
            await response.WriteAsync(head, context.RequestAborted).ConfigureAwait(false);
            await blob.Content.SendAsync(context.Response.BodyWriter, start, length, context.RequestAborted).ConfigureAwait(false);
        }
        await response.WriteAsync(tail, context.RequestAborted).ConfigureAwait(false);
    }

    private static string ContentRange(long start, long length, long size) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + length - 1}/{size}");
}
