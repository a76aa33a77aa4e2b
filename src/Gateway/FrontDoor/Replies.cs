using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Ipfs;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// What a path that leads somewhere is answered with, in each representation. Everything that may be missing is asked for
/// before a reply is returned.
/// Source: ipfs/specs, src/http-gateways; where that leaves a choice, what boxo sends.
/// </summary>
internal sealed class Replies(HeldDag dag)
{
    public Reply Raw(ContentPath path, Resolved resolved, bool fromAccept)
    {
        var cid = resolved.Target.Cid;
        var block = dag.Block(cid);
        return context =>
        {
            SetPath(context, path, resolved);
            if (ContentReply.IsNotModified(context, $"\"{cid}.raw\""))
                return Task.CompletedTask;
            context.Response.Headers.ContentDisposition = ContentReply.Attachment(ContentReply.FileName(context.Request) ?? $"{cid}.bin");
            if (fromAccept)
                context.Response.Headers.ContentLocation = Location(context.Request, path, ("format", "raw"));
            return ContentReply.WriteRangeAsync(context, Representation.RawType, block.Length,
                (start, length) => WriteAsync(context, block.Slice((int)start, (int)length)));
        };
    }

    public Reply Car(ContentPath path, Resolved resolved, Representation.Car car, CancellationToken cancel)
    {
        var (root, parameters) = (resolved.Target.Cid, car.Parameters);
        var length = CarBody.Length(root, new CarWalk(dag, resolved, parameters), cancel);
        var dups = parameters.Duplicates ? 'y' : 'n';
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join('/', path.Segments)}\n{parameters}")).AsSpan(0, 9));
        return context =>
        {
            SetPath(context, path, resolved);
            if (ContentReply.IsNotModified(context, $"W/\"{path.Root}.car.{hash}\""))
                return Task.CompletedTask;
            var headers = context.Response.Headers;
            headers.AcceptRanges = "none";
            headers.XContentTypeOptions = "nosniff";
            headers.ContentDisposition = ContentReply.Attachment(
                ContentReply.FileName(context.Request) ?? (path.Segments.Count > 0 ? $"{path.Root}_{path.Segments[^1]}.car" : $"{path.Root}.car"));
            if (car.FromAccept)
                headers.ContentLocation = Location(context.Request, path, ("format", "car"), ("car-version", "1"), ("car-order", "dfs"), ("car-dups", $"{dups}"));
            context.Response.ContentType = $"{Representation.CarType}; version=1; order=dfs; dups={dups}";
            context.Response.ContentLength = length;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : CarBody.SendAsync(context, root, new CarWalk(dag, resolved, parameters));
        };
    }

    /// <param name="path">What was asked for.</param>
    /// <param name="resolved">Where it leads.</param>
    /// <param name="fileName">What the client wants it to be called, or null: as it is.</param>
    /// <param name="cancel">Ends the walk.</param>
    public Reply Plain(ContentPath path, Resolved resolved, string? fileName, CancellationToken cancel)
    {
        var cid = resolved.Target.Cid;
        var name = fileName ?? (path.Segments.Count > 0 ? path.Segments[^1] : "");
        if (File(path, resolved, resolved.Target, name, cancel) is { } file)
            return file;
        if (!UnixFsNode.Decode(cid, dag.Block(cid)).IsDirectory)
            throw new NotHeldException(cid); // a symbolic link, and what else nobody puts into a tree
        if (!path.EndsWithSlash)
            return context => RedirectAsync(context, path, resolved);
        if (DirectoryDag.Find(cid, "index.html", dag.Block) is { } index && File(path, resolved, index, index.Name, cancel) is { } page)
            return page;
        var listing = DirectoryPage.Of(path, cid, DirectoryDag.Entries(cid, dag.Block));
        return context =>
        {
            SetPath(context, path, resolved);
            if (ContentReply.IsNotModified(context, DirectoryPage.ETag(cid), "public, max-age=604800, stale-while-revalidate=2678400"))
                return Task.CompletedTask;
            context.Response.Headers.ContentSecurityPolicy = DirectoryPage.ContentSecurityPolicy;
            return ContentReply.WriteAsync(context, listing, "text/html");
        };
    }

    /// <returns>Null where the link is to no file.</returns>
    private Reply? File(ContentPath path, Resolved resolved, DagLink link, string name, CancellationToken cancel)
    {
        var plain = dag.OpenFile(link.Cid, out var size);
        if (plain is not null)
            return File(path, resolved, link.Cid, ContentTypes.Of(name, size, () => Start(plain)), size, plain, (context, start, length) => FileBody.SendAsync(context.Response.BodyWriter, plain, start, length, context.RequestAborted));

        var block = dag.Block(link.Cid);
        if (link.Cid.Codec != Cid.Raw)
        {
            var node = UnixFsNode.Decode(link.Cid, block);
            if (!node.IsFile)
                return null;
            size = node.FileSize();
        }
        else
        {
            size = block.Length;
        }
        ReadOnlyMemory<byte>? first = null;
        foreach (var part in new FileWalk(dag, plain: null, 0, long.MaxValue - 1, whole: []).Blocks(link, size))
        {
            cancel.ThrowIfCancellationRequested();
            if (part.Length > 0)
                first ??= part.Content;
        }
        return File(path, resolved, link.Cid, ContentTypes.Of(name, size, () => first.GetValueOrDefault().Span), size, null, async (context, start, length) =>
        {
            foreach (var part in Content(link, size, start, length))
                await WriteAsync(context, part).ConfigureAwait(false);
        });
    }

    private static Reply File(ContentPath path, Resolved resolved, Cid cid, string contentType, long size, SafeFileHandle? file, Func<HttpContext, long, long, Task> send) => async context =>
    {
        using var _ = file;
        SetPath(context, path, resolved);
        if (ContentReply.IsNotModified(context, $"\"{cid}\""))
            return;
        if (ContentReply.FileName(context.Request) is { } fileName)
            context.Response.Headers.ContentDisposition = context.Request.Query["download"] == "true" ? ContentReply.Attachment(fileName) : ContentReply.Inline(fileName);
        if (ContentTypes.MayRunScripts(contentType))
            context.Response.Headers.ContentSecurityPolicy = "sandbox allow-scripts";
        await ContentReply.WriteRangeAsync(context, contentType, size, (start, length) => send(context, start, length)).ConfigureAwait(false);
    };

    /// <summary>Part of a file that lies in blocks.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Content(DagLink file, long size, long start, long length)
    {
        foreach (var block in new FileWalk(dag, plain: null, start, start + length - 1).Blocks(file, size))
        {
            var from = Math.Max(start - block.Offset, 0);
            var to = Math.Min(start + length - block.Offset, block.Length);
            if (from < to)
                yield return block.Content[(int)from..(int)to];
        }
    }

    private static byte[] Start(SafeFileHandle file)
    {
        var start = new byte[64];
        return start[..RandomAccess.Read(file, start, 0)];
    }

    private static Task RedirectAsync(HttpContext context, ContentPath path, Resolved resolved)
    {
        SetPath(context, path, resolved);
        var location = $"{context.Request.PathBase.ToUriComponent()}{path.Text}/{context.Request.QueryString.Value}";
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = location;
        // Only a page lies elsewhere: a cache is not to send there who wants a block.
        context.Response.Headers.Vary = "Accept";
        var link = System.Text.Encodings.Web.HtmlEncoder.Default.Encode(location);
        return ContentReply.WriteAsync(context, Encoding.UTF8.GetBytes($"<a href=\"{link}\">Moved Permanently</a>.\n\n"), "text/html; charset=utf-8");
    }

    private static void SetPath(HttpContext context, ContentPath path, Resolved resolved)
    {
        context.Response.Headers["X-Ipfs-Path"] = path.Text;
        context.Response.Headers["X-Ipfs-Roots"] = string.Join(',', resolved.Nodes);
    }

    /// <summary>The address that gives the same without an Accept header.</summary>
    private static string Location(HttpRequest request, ContentPath path, params ReadOnlySpan<(string Name, string Value)> added)
    {
        var query = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in request.Query)
            query[name] = values.ToString();
        foreach (var (name, value) in added)
            query[name] = value;
        return request.PathBase.ToUriComponent() + path.Text + new QueryBuilder(query).ToQueryString();
    }

    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> part)
    {
        var writer = context.Response.BodyWriter;
        writer.Write(part.Span);
        return writer.FlushAsync(context.RequestAborted).AsTask();
    }
}
