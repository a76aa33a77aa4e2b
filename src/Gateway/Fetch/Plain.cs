using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>Small files of upstreams that give plain paths only.</summary>
internal sealed class Plain(Asking asking, DiskCache disk, Metrics metrics)
{
    private readonly SingleFlight<byte[]?> _files = new(() => metrics.Joined("node"));

    /// <summary>A file that its digest checks, such as a manifest.</summary>
    /// <param name="path">Where it lies, below /ipfs/.</param>
    /// <param name="digest">What its bytes have to be.</param>
    /// <param name="maxBytes">A longer one is wrong.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The bytes, or null where all upstreams say that there are none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody gives it.</exception>
    public async Task<byte[]?> DigestedAsync(string path, Digest digest, int maxBytes, CancellationToken cancel)
    {
        if (Cached(digest, maxBytes) is { } cached)
            return cached;
        PullCost.Current?.From(Origin.Upstream);
        var file = await _files.RunAsync($"{path}@{digest}", () => FileAsync(path, maxBytes, (content, _) => Digest.Sha256(content) == digest ? null : FaultKind.Wrong, _ => true), cancel).ConfigureAwait(false);
        if (file is not null && disk.Begin() is { } kept)
        {
            using (kept.File)
            {
                RandomAccess.Write(kept.File, file, 0);
                kept.Keep(digest, file.Length);
            }
        }
        return file;
    }

    /// <summary>
    /// A file that nothing checks, such as an index. It is held against the CID that the upstream itself names for it, which
    /// finds accidents, and no lies.
    /// </summary>
    /// <param name="path">Where it lies, below /ipfs/.</param>
    /// <param name="maxBytes">A longer one is wrong.</param>
    /// <param name="fits">Whether the bytes can be such a file.</param>
    /// <param name="isBelieved">Which upstreams may be asked.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The bytes, or null where all upstreams say that there are none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody gives it.</exception>
    public Task<byte[]?> BelievedAsync(string path, int maxBytes, Func<byte[], bool> fits, Func<Upstream, bool> isBelieved, CancellationToken cancel) =>
        _files.RunAsync(path, () => FileAsync(path, maxBytes, (content, cid) => !IsNamed(cid, content) ? FaultKind.Wrong : fits(content) ? null : FaultKind.SomethingElse, isBelieved), cancel);

    /// <summary>For all who wait: none of them ends it. Patience does.</summary>
    private async Task<byte[]?> FileAsync(string path, int maxBytes, Func<byte[], string?, FaultKind?> check, Func<Upstream, bool> suits)
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

    private static async Task<byte[]> FetchAsync(Upstream upstream, string path, int maxBytes, Func<byte[], string?, FaultKind?> check, CancellationToken cancel)
    {
        using var body = await upstream.GetAsync($"/ipfs/{path}", null, cancel).ConfigureAwait(false);
        if (body.MediaType == "text/html")
            throw new UpstreamFault(FaultKind.SomethingElse, "sent a page");
        var content = await body.ReadAllAsync(maxBytes, FaultKind.SomethingElse).ConfigureAwait(false);
        if (check(content, body.LastRoot) is { } kind)
            throw new UpstreamFault(kind, $"sent wrong bytes for {path}");
        upstream.Ways.Worked(Way.Path);
        return content;
    }

    private byte[]? Cached(Digest digest, int maxBytes)
    {
        using var file = disk.OpenBlob(digest, out var size, out _);
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
