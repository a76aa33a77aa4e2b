using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// A web server that knows nothing of registries serves the tree, as an IPFS gateway does: at the paths that the original's
/// registry redirects to (<c>manifests/latest-v2</c>, <c>blobs/sha256:…</c>), and at those of an OCI image layout.
/// </summary>
public sealed class WebServerTests(Site site)
{
    [EndToEndFact]
    public async Task A_plain_web_server_serves_the_published_folder()
    {
        var folder = site.NewPath("tree");
        var published = await site.Publisher.PublishAsync(Vectors.File("archives", "docker-20.10.24.tar"), "--to", $"dir:{folder}");
        var image = published.Image("s2");
        await using var server = await PlainWebServer.StartAsync(folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Address, $"{image.Name}/") };

        var schema1 = await GetAsync("manifests/latest-v1");
        Assert.Equal(schema1, await GetAsync("manifests/latest"));
        await AssertStoredAsync("manifests/latest-v2", image.Manifest(MediaType.Schema2).Digest);
        await AssertStoredAsync("manifests/latest-oci", image.Manifest(MediaType.OciManifest).Digest);
        foreach (var digest in image.Layers.Select(l => l.Digest).Append(image.Id))
        {
            await AssertStoredAsync($"blobs/{digest}", digest);
            await AssertStoredAsync($"blobs/{digest.Replace(':', '/')}", digest);
        }
        foreach (var manifest in image.Manifests)
        {
            await AssertStoredAsync($"manifests/{manifest.Digest}", manifest.Digest);
            await AssertStoredAsync($"blobs/{manifest.Digest.Replace(':', '/')}", manifest.Digest);
        }
        Assert.Contains(image.Manifest(MediaType.OciManifest).Digest, await http.GetStringAsync("index.json", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("imageLayoutVersion", await http.GetStringAsync("oci-layout", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // The leading "./" keeps "sha256:" from being read as a scheme.
        async Task<byte[]> GetAsync(string path) => await http.GetByteArrayAsync($"./{path}", TestContext.Current.CancellationToken);

        async Task AssertStoredAsync(string path, string digest)
        {
            var stored = await File.ReadAllBytesAsync(Path.Combine(site.Store, "blobs", digest.Replace(':', '/')), TestContext.Current.CancellationToken);
            Assert.Equal(stored, await GetAsync(path));
        }
    }
}
