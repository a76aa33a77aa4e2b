using System.Security.Cryptography;
using System.Text.Json;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>What a client says that it has got. No client says all of it.</summary>
public sealed record PulledImage
{
    public string? Manifest { get; init; }

    public string? Config { get; init; }

    public IReadOnlyList<string>? Layers { get; init; }

    public IReadOnlyList<string>? DiffIds { get; init; }

    /// <summary>The client has what was published: every digest that it names is that one.</summary>
    public void AssertIs(PublishedImage published)
    {
        var image = published.Here;
        Assert.True(DiffIds is not null || Layers is not null, "the client said nothing of the layers");
        if (Manifest is not null)
            Assert.Contains(Manifest, image.Manifests.Select(m => m.Digest));
        if (Config is not null)
            Assert.Equal(image.Id, Config);
        if (Layers is not null)
            Assert.Equal(image.Layers.Select(l => l.Digest), Layers);
        if (DiffIds is not null)
            Assert.Equal(image.Layers.Select(l => l.DiffId), DiffIds);
    }

    /// <summary>Reads an image from the manifest on, and checks every document against its digest.</summary>
    /// <param name="manifest">The digest.</param>
    /// <param name="read">Reads what has the digest.</param>
    public static async Task<PulledImage> ReadAsync(string manifest, Func<string, Task<byte[]>> read)
    {
        var json = await DocumentAsync(manifest);
        if (json.TryGetProperty("manifests", out var children))
            return await ReadAsync(children.EnumerateArray().First(c => c.GetProperty("platform").GetProperty("architecture").GetString() == "amd64").GetProperty("digest").GetString()!, read);
        var config = json.GetProperty("config").GetProperty("digest").GetString()!;
        return new PulledImage
        {
            Manifest = manifest,
            Config = config,
            Layers = [.. json.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("digest").GetString()!)],
            DiffIds = Texts((await DocumentAsync(config)).GetProperty("rootfs").GetProperty("diff_ids")),
        };

        async Task<JsonElement> DocumentAsync(string digest)
        {
            var bytes = await read(digest);
            Assert.Equal(digest, DigestOf(bytes));
            return JsonElement.Parse(bytes);
        }
    }

    public static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    public static IReadOnlyList<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
