using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Find;

/// <summary>The bytes of manifests: from memory, else from the store, checked against their digests.</summary>
internal sealed class Manifests(LocalStore store, IMemoryCache cache, Schema1Signer signer)
{
    /// <summary>Clients refuse manifests of more than 4 to 8 MiB.</summary>
    private const int MaxBytes = 8 * 1024 * 1024;

    /// <returns>The manifest's bytes, or null where the store has lost them.</returns>
    /// <exception cref="InvalidDataException">They are not what the digest says.</exception>
    public byte[]? Read(Digest digest)
    {
        var key = (typeof(Manifests), digest);
        if (cache.TryGetValue(key, out byte[]? bytes))
            return bytes;
        var file = new FileInfo(store.BlobFile(digest));
        if (!file.Exists)
            return null;
        if (file.Length > MaxBytes || Digest.Sha256(bytes = File.ReadAllBytes(file.FullName)) != digest)
            throw new InvalidDataException($"blob {digest} is damaged");
        return Keep(key, bytes);
    }

    /// <summary>The text of a schema 1 manifest with a signature, made once: a HEAD and a GET are to agree on its length.</summary>
    public byte[] Sign(Digest digest, byte[] payload)
    {
        var key = (typeof(Schema1Signer), digest);
        return cache.TryGetValue(key, out byte[]? signed) ? signed! : Keep(key, signer.Sign(payload));
    }

    /// <summary>What a manifest calls itself, for one that no index of ours lists.</summary>
    public static MediaType FormOf(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var root = json.RootElement;
            if (root.TryGetProperty("mediaType", out var mediaType) && mediaType.GetString() is { Length: > 0 } text)
                return new MediaType(text);
            if (root.TryGetProperty("schemaVersion", out var version) && version.ValueKind == JsonValueKind.Number && version.GetInt32() == 1)
                return MediaType.Schema1;
            return root.TryGetProperty("manifests", out _) ? MediaType.OciIndex : MediaType.OciManifest;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("a manifest is no JSON", e);
        }
    }

    private byte[] Keep(object key, byte[] bytes) => cache.Set(key, bytes, new MemoryCacheEntryOptions { Size = bytes.Length });
}
