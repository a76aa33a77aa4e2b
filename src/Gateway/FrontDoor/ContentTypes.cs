namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// The Content-Type of a file: by its name, never by its bytes, but for JSON, because the manifests of a tree are JSON
/// without an extension. A browser is told not to guess either.
/// </summary>
internal static class ContentTypes
{
    private const string Json = "application/json";
    private const string Bytes = "application/octet-stream";

    /// <summary>An extension-less JSON file that someone looks at in a browser is a manifest or an index.</summary>
    public const int MaxJson = 1024 * 1024;

    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".json"] = Json,
        [".txt"] = "text/plain; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".htm"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".ico"] = "image/x-icon",
        [".pdf"] = "application/pdf",
        [".gz"] = "application/gzip",
        [".tgz"] = "application/gzip",
        [".tar"] = "application/x-tar",
        [".zst"] = "application/zstd",
        [".car"] = "application/vnd.ipld.car",
        [".wasm"] = "application/wasm",
    };

    /// <param name="name">The file's name, or "" where it has none.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="start">Its first bytes, read only if they matter.</param>
    public static string Of(string name, long size, Func<ReadOnlySpan<byte>> start)
    {
        // sha256:… and v1.2 have no extension: what is not in the table does not count as one.
        if (ByExtension.TryGetValue(Path.GetExtension(name), out var type))
            return type;
        return size is > 0 and <= MaxJson && start().TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] ? Json : Bytes;
    }

    /// <summary>A page of anybody's, under this Gateway's own address: its scripts must not act as this address.</summary>
    public static bool MayRunScripts(string type) => type.StartsWith("text/html", StringComparison.Ordinal) || type.StartsWith("image/svg", StringComparison.Ordinal);
}
