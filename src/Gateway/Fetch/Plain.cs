using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>Small files of upstreams that give plain paths only.</summary>
internal sealed class Plain(Asking asking, DiskCache disk)
{
    private readonly SingleFlight<byte[]?> _manifests = new();
    private readonly SingleFlight<IReadOnlyList<Descriptor>?> _indexes = new();

    /// <summary>A manifest, which its digest checks.</summary>
    /// <returns>The bytes, or null where all upstreams say that there are none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody gives it.</exception>
    public async Task<byte[]?> ManifestAsync(Cid root, string name, Digest digest, int maxBytes, CancellationToken cancel)
    {
        if (Cached(digest, maxBytes) is { } cached)
            return cached;
        var path = $"{root}/{name}/{TreePaths.Manifest(digest)}";
        var manifest = await _manifests.RunAsync(path, () => FileAsync(path, maxBytes, (content, _) => Digest.Sha256(content) == digest ? content : null, _ => true), cancel).ConfigureAwait(false);
        if (manifest is not null && disk.Begin() is { } file)
        {
            using (file.File)
            {
                RandomAccess.Write(file.File, manifest, 0);
                file.Keep(digest, manifest.Length);
            }
        }
        return manifest;
    }

    /// <summary>
    /// A repository's index, which nothing checks. It is held against the CID that the upstream itself names for it, which finds
    /// accidents, and no lies.
    /// </summary>
    /// <param name="isBelieved">Which upstreams may be asked.</param>
    /// <returns>The index, or null where all upstreams say that there is none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody gives it.</exception>
    public Task<IReadOnlyList<Descriptor>?> IndexAsync(Cid root, string name, Func<Upstream, bool> isBelieved, CancellationToken cancel)
    {
        var path = $"{root}/{name}/{TreePaths.Index}";
        return _indexes.RunAsync(path, () => FileAsync(path, TreeIndex.MaxBytes, (content, cid) => IsNamed(cid, content) ? TryParse(content) : null, isBelieved), cancel);
    }

    private static IReadOnlyList<Descriptor>? TryParse(byte[] index)
    {
        try
        {
            return ImageIndex.Parse(index);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>For all who wait: none of them ends it. Patience does.</summary>
    private async Task<T?> FileAsync<T>(string path, int maxBytes, Func<byte[], string?, T?> check, Func<Upstream, bool> suits)
        where T : class
    {
        try
        {
            return await asking.AskAsync(path, (u, c) => FetchAsync(u, path, maxBytes, check, c), suits, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            return null;
        }
    }

    private static async Task<T> FetchAsync<T>(Upstream upstream, string path, int maxBytes, Func<byte[], string?, T?> check, CancellationToken cancel)
    {
        using var body = await upstream.GetAsync($"/ipfs/{path}", null, cancel).ConfigureAwait(false);
        if (body.MediaType == "text/html")
            throw new UpstreamFault(FaultKind.Wrong, "sent a page");
        var content = await body.ReadAllAsync(maxBytes).ConfigureAwait(false);
        if (check(content, body.LastRoot) is not { } right)
            throw new UpstreamFault(FaultKind.Wrong, $"sent wrong bytes for {path}");
        upstream.Ways.Worked(Way.Path);
        return right;
    }

    private byte[]? Cached(Digest digest, int maxBytes)
    {
        using var file = disk.OpenBlob(digest, out var size);
        if (file is null || size > maxBytes)
            return null;
        var content = new byte[size];
        return RandomAccess.Read(file, content, 0) == size ? content : null;
    }

    private static bool IsNamed(string? root, byte[] content)
    {
        if (!Cid.TryParse(root, out var cid))
            return true; // it names none
        if (cid.Codec == Cid.Raw)
            return cid.Matches(content);
        // Of larger files nobody knows how they were cut.
        return cid.Version != 0 || content.Length > CidProfile.UnixFsV0.ChunkSize || UnixFsFile.Build(CidProfile.UnixFsV0, content, _ => { }).Cid.Equals(cid);
    }
}
