using System.Collections.Concurrent;
using System.Text.Json;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// A repository that lies with upstreams which give plain paths only. No directory of it is known: what is asked for is asked
/// for by its path, and checked by its digest.
/// </summary>
internal sealed class PlainContent(Plain plain, Fetches fetches, LocalStore store, Cid root, string name, IReadOnlyList<Descriptor> index) : IContent
{
    /// <summary>Children of an index have manifests of their own: two levels, and no more of them than an index has.</summary>
    private const int MaxManifests = 64;
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<Digest, long> _sizes = new(index.Select(d => KeyValuePair.Create(d.Digest, d.Size)).DistinctBy(d => d.Key));
    private readonly ConcurrentDictionary<Digest, bool> _read = [];
    private readonly ConcurrentDictionary<Digest, bool> _children = [];

    public long Bytes => 4096;

    public IEnumerable<Digest> Manifests => index.Select(d => d.Digest);

    public async ValueTask<byte[]?> ReadManifestAsync(Digest digest, int maxBytes, CancellationToken cancel)
    {
        var manifest = await plain.ManifestAsync(root, name, digest, maxBytes, cancel).ConfigureAwait(false);
        if (manifest is not null && _read.TryAdd(digest, true))
            Note(manifest);
        return manifest;
    }

    public async ValueTask<(IBody Body, long Size)?> OpenBlobAsync(Digest digest, Wanted part, CancellationToken cancel)
    {
        if (store.OpenBlob(digest) is { } file)
            return (new FileBody(file), RandomAccess.GetLength(file));
        try
        {
            return await fetches.OpenAsync(null, digest, $"/ipfs/{root}/{name}/{TreePaths.Blob(digest)}", part, cancel, await SizeAsync(digest, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            return null;
        }
    }

    /// <summary>
    /// How long a blob is, as the image's manifests say. A client has read one of them by then; only that length shows an
    /// answer without end for what it is.
    /// </summary>
    private async Task<long?> SizeAsync(Digest blob, CancellationToken cancel)
    {
        long size;
        while (!_sizes.TryGetValue(blob, out size))
        {
            var next = index.Select(d => d.Digest).Concat(_children.Keys).FirstOrDefault(m => !_read.ContainsKey(m));
            if (!next.IsSha256 || _read.Count >= MaxManifests)
                return null;
            try
            {
                await ReadManifestAsync(next, MaxManifestBytes, cancel).ConfigureAwait(false);
            }
            catch (UpstreamsFailedException)
            {
                return null;
            }
            _read.TryAdd(next, true);
        }
        return size;
    }

    private void Note(byte[] manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            Note(json.RootElement);
        }
        catch (JsonException)
        {
            // A blob that is no manifest says nothing.
        }
    }

    /// <summary>Every descriptor, wherever it stands.</summary>
    private void Note(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Note(item);
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        if (element.TryGetProperty("digest", out var digest) && digest.ValueKind == JsonValueKind.String && Digest.TryParse(digest.GetString(), out var named)
            && element.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var bytes) && bytes >= 0)
        {
            _sizes.TryAdd(named, bytes);
            if (element.TryGetProperty("mediaType", out var type) && type.ValueKind == JsonValueKind.String && type.GetString()!.Contains(".manifest.", StringComparison.Ordinal))
                _children.TryAdd(named, true);
        }
        foreach (var member in element.EnumerateObject())
            Note(member.Value);
    }
}
