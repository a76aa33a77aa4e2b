using System.Collections.Concurrent;
using System.Text.Json;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// How long blobs are, as the image's manifests say, for a source that proves nothing: only the length shows an answer
/// without end for what it is. A client has read one of the manifests by then.
/// </summary>
internal sealed class BlobSizes(IReadOnlyList<Descriptor> index)
{
    /// <summary>Children of an index have manifests of their own: two levels, and no more of them than an index has.</summary>
    private const int MaxManifests = 64;

    /// <summary>Images have some hundred blobs. What nobody says the length of is served all the same.</summary>
    private const int MaxSizes = 10_000;

    private readonly ConcurrentDictionary<Digest, long> _sizes = new(index.Select(d => KeyValuePair.Create(d.Digest, d.Size)).DistinctBy(d => d.Key));
    private readonly ConcurrentDictionary<Digest, bool> _read = [];
    private readonly ConcurrentDictionary<Digest, bool> _children = [];
    private int _noted;

    /// <summary>Learns from a manifest.</summary>
    public void Note(Digest digest, byte[] manifest)
    {
        if (!_read.TryAdd(digest, true))
            return;
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

    /// <param name="blob">One that a manifest names.</param>
    /// <param name="read">Reads a manifest, and notes it.</param>
    /// <returns>Its length, or null: none of them says it.</returns>
    public async Task<long?> FindAsync(Digest blob, Func<Digest, ValueTask<byte[]?>> read)
    {
        long size;
        while (!_sizes.TryGetValue(blob, out size))
        {
            var next = index.Select(d => d.Digest).Concat(_children.Keys).FirstOrDefault(m => m.IsSha256 && !_read.ContainsKey(m));
            if (!next.IsSha256 || _read.Count >= MaxManifests)
                return null;
            try
            {
                await read(next).ConfigureAwait(false);
            }
            catch (UpstreamsFailedException)
            {
                return null;
            }
            _read.TryAdd(next, true);
        }
        return size;
    }

    /// <summary>Every descriptor, wherever it stands.</summary>
    private void Note(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Note(item);
        }
        if (element.ValueKind != JsonValueKind.Object || _noted > MaxSizes)
            return;
        if (element.TryGetProperty("digest", out var digest) && digest.ValueKind == JsonValueKind.String && Digest.TryParse(digest.GetString(), out var named)
            && element.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var bytes) && bytes >= 0)
        {
            if (_sizes.TryAdd(named, bytes))
                Interlocked.Increment(ref _noted);
            if (element.TryGetProperty("mediaType", out var type) && type.ValueKind == JsonValueKind.String && type.GetString()!.Contains(".manifest.", StringComparison.Ordinal))
                _children.TryAdd(named, true);
        }
        foreach (var member in element.EnumerateObject())
            Note(member.Value);
    }
}
