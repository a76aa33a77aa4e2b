using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>
/// nerdctl's layout from a real publisher: containerd pulls an image of ours, the stargz snapshotter's ctr-remote pushes it
/// to an IPFS node, and clients pull that through a Gateway that has nothing. js-ipfs writes CIDs in base58 where Kubo
/// writes base32, so the descriptors' addresses do.
/// </summary>
public sealed class StargzTests(Site site, IpfsNode node, LargeTree tree) : IClassFixture<LargeTree>
{
    private const string One = "docker-20.10.24.tar";
    private const string OfSeveralPlatforms = "ctr-2.1.9-multi-all.tar";

    [EndToEndTheory]
    [MemberData(nameof(EachWay))]
    public async Task A_client_pulls_what_was_pushed(string archive, bool estargz, string client)
    {
        var (pushed, gateway) = await PushAsync(await site.PublishAsync(archive), estargz);
        await using (gateway)
            (await (await site.ClientAsync(client)).PullAsync(Reference(gateway, pushed))).AssertIs(pushed);
    }

    [EndToEndTheory]
    [MemberData(nameof(EachThatRuns))]
    public async Task What_was_pushed_runs(bool estargz, string client)
    {
        var (pushed, gateway) = await PushAsync(await site.PublishAsync(One), estargz);
        await using (gateway)
        {
            var runtime = await site.ClientAsync(client);
            await runtime.PullAsync(Reference(gateway, pushed));
            Assert.Equal("hello from tiny", (await runtime.RunAsync(Reference(gateway, pushed))).Trim());
        }
    }

    /// <summary>Layers of many blocks, whose CIDs are not their digests in another spelling.</summary>
    [EndToEndTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_image(bool estargz)
    {
        var (pushed, gateway) = await PushAsync(tree.Published, estargz);
        await using (gateway)
            (await (await site.ClientAsync("skopeo 1.22")).PullAsync(Reference(gateway, pushed))).AssertIs(pushed);
    }

    public static MatrixTheoryData<string, bool, string> EachWay => new([One, OfSeveralPlatforms], [false, true], ClientNames.Through.Select(row => row.Data));

    public static MatrixTheoryData<bool, string> EachThatRuns => new([false, true], ClientNames.RunningThrough.Select(row => row.Data));

    private static string Reference(GatewayProcess gateway, PublishedImage pushed) => $"{gateway.Authority}/{pushed.Name}:{pushed.Tag}";

    /// <returns>The image as the node has it, and a Gateway over the node.</returns>
    private async Task<(PublishedImage, GatewayProcess)> PushAsync(Published published, bool estargz)
    {
        var upstream = await node.GatewayAsync();
        var image = published.Images.Single();
        var containerd = (Containerd)await site.ClientAsync("containerd 2.1");
        var root = await containerd.PushToIpfsAsync(await site.ReferenceAsync(published, image, $":{image.Tag}"), estargz);
        var (pushed, isEstargz) = await ReadAsync(Cid.Parse(root));
        Assert.All(isEstargz, i => Assert.Equal(estargz, i));
        if (!estargz) // the manifests are new all the same: they have addresses in them
        {
            Assert.Equal(image.Here.Id, pushed.Id);
            Assert.Equal(image.Here.Layers.Select(l => (l.Digest, l.DiffId)), pushed.Layers.Select(l => (l.Digest, l.DiffId)));
        }
        return (pushed, await site.EmptyGatewayAsync(upstream));
    }

    /// <summary>Reads from the node what the addresses in descriptors lead to, and checks all of it.</summary>
    /// <returns>The image for this machine, and of each layer whether it is eStargz.</returns>
    private async Task<(PublishedImage Image, IReadOnlyList<bool> IsEstargz)> ReadAsync(Cid root)
    {
        var descriptors = new Dictionary<string, JsonElement>();
        var manifests = new List<PublishedBlob>();
        var top = JsonElement.Parse(await node.CatAsync($"{root}"));
        Note(top);
        var image = await PulledImage.ReadAsync(DigestOf(top), async digest =>
        {
            var bytes = await ContentAsync(digest);
            var document = JsonElement.Parse(bytes);
            if (document.TryGetProperty("schemaVersion", out _))
            {
                manifests.Add(new PublishedBlob(digest, bytes.Length, descriptors[digest].GetProperty("mediaType").GetString(), null));
                foreach (var list in document.EnumerateObject().Where(p => p.Name is "manifests" or "layers"))
                    list.Value.EnumerateArray().ToList().ForEach(Note);
                if (document.TryGetProperty("config", out var config))
                    Note(config);
            }
            return bytes;
        });
        var layers = new List<PublishedBlob>();
        foreach (var (digest, diffId) in image.Layers!.Zip(image.DiffIds!))
        {
            var bytes = await ContentAsync(digest);
            Assert.Equal(digest, PulledImage.DigestOf(bytes));
            await using var unpacked = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            Assert.Equal(diffId, $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(unpacked))}");
            layers.Add(new PublishedBlob(digest, bytes.Length, descriptors[digest].GetProperty("mediaType").GetString(), diffId));
        }
        return (new PublishedImage($"ipfs/{root.ToBase32()}", "latest", image.Config!, manifests, layers),
            [.. image.Layers!.Select(l => descriptors[l].TryGetProperty("annotations", out var a) && a.TryGetProperty("containerd.io/snapshot/stargz/toc.digest", out _))]);

        void Note(JsonElement descriptor) => descriptors[DigestOf(descriptor)] = descriptor;

        Task<byte[]> ContentAsync(string digest) => node.CatAsync(descriptors[digest].GetProperty("urls")[0].GetString()!["ipfs://".Length..]);
    }

    private static string DigestOf(JsonElement descriptor) => descriptor.GetProperty("digest").GetString()!;
}
