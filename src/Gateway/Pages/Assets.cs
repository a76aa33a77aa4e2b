using System.Security.Cryptography;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>The style sheet, the script and the icon: files of the program, whose addresses have their hash, so that they may be kept for ever.</summary>
internal static class Assets
{
    public const string Folder = "/page/";

    private const string Forever = "public, max-age=31536000, immutable";

    private static readonly Dictionary<string, Asset> All = new Asset[]
    {
        Asset.Of("page.css", "text/css; charset=utf-8"),
        Asset.Of("page.js", "text/javascript; charset=utf-8"),
        Asset.Of("icon.svg", "image/svg+xml"),
    }.ToDictionary(a => a.Name);

    /// <summary>Where a page finds it, below the beginning of all paths.</summary>
    public static string Address(string name) => $"{Folder}{name}?{All[name].Hash}";

    public static Asset? Find(string name) => All.GetValueOrDefault(name);

    public static Task WriteAsync(HttpContext context, Asset asset)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ETag = asset.ETag;
        // An older page asks for an older hash: what it gets instead it may not keep.
        response.Headers.CacheControl = request.QueryString.Value == $"?{asset.Hash}" ? Forever : "no-cache";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (request.Headers.IfNoneMatch.ToString().Contains(asset.ETag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentType = asset.ContentType;
        response.ContentLength = asset.Content.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
    }

    internal sealed record Asset(string Name, string ContentType, byte[] Content)
    {
        public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content))[..16];

        public string ETag => $"\"{Hash}\"";

        public static Asset Of(string name, string contentType)
        {
            using var resource = typeof(Assets).Assembly.GetManifestResourceStream(name)!;
            var content = new byte[resource.Length];
            resource.ReadExactly(content);
            return new Asset(name, contentType, content);
        }
    }
}
