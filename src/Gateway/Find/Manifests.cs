using System.Buffers;
using System.Text.Json;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Find;

/// <summary>The bytes of manifests: from memory, else from where the repository lies, checked against their digests.</summary>
internal sealed class Manifests(IMemoryCache cache, ContentRules rules, Schema1Signer signer)
{
    /// <summary>Clients refuse manifests of more than 4 to 8 MiB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private const string Application = "application/";

    private static readonly SearchValues<char> TypeCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-_");

    /// <returns>The manifest's bytes, or null where the repository has none of it.</returns>
    /// <exception cref="InvalidDataException">They are not what the digest says, and lie in the store.</exception>
    /// <exception cref="UpstreamsFailedException">No upstream gives them, or not what the digest says.</exception>
    /// <exception cref="DeniedException">It may not be had.</exception>
    public ValueTask<byte[]?> ReadAsync(Repository repository, Digest digest, CancellationToken cancel)
    {
        rules.Check(digest);
        // The repository is asked whether it has it, every time: memory holds those of others too.
        var key = (typeof(Manifests), digest, repository.Key);
        return cache.TryGetValue(key, out byte[]? bytes) ? ValueTask.FromResult(bytes) : FindAsync(key, repository, digest, cancel);
    }

    /// <summary>The same for one that nobody asked for: it takes no place in memory.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async ValueTask<byte[]?> ReadOnceAsync(Repository repository, Digest digest, CancellationToken cancel)
    {
        var bytes = await repository.ReadManifestAsync(digest, MaxBytes, cancel).ConfigureAwait(false);
        return bytes is null || Digest.Sha256(bytes) == digest ? bytes : throw repository.Broken($"manifest {digest} has other bytes than its name says");
    }

    private async ValueTask<byte[]?> FindAsync(object key, Repository repository, Digest digest, CancellationToken cancel) =>
        await ReadOnceAsync(repository, digest, cancel).ConfigureAwait(false) is { } bytes ? Keep(key, bytes) : null;

    /// <returns>The manifests that an index lists, or null where the repository has none of it.</returns>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask<IReadOnlyList<Descriptor>?> ReadIndexAsync(Repository repository, Digest digest, CancellationToken cancel)
    {
        if (await ReadAsync(repository, digest, cancel).ConfigureAwait(false) is not { } bytes)
            return null;
        try
        {
            return ImageIndex.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw repository.Broken($"index {digest} cannot be read: {e.Message}");
        }
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

    /// <summary>Whether it can stand in a header. A tree is anybody's: one may call its manifest a page for browsers.</summary>
    public static bool IsServable(MediaType form) =>
        form.Value.StartsWith(Application, StringComparison.Ordinal) && !form.Value.AsSpan(Application.Length).ContainsAnyExcept(TypeCharacters);

    private byte[] Keep(object key, byte[] bytes) => cache.Set(key, bytes, new MemoryCacheEntryOptions { Size = bytes.Length });
}
