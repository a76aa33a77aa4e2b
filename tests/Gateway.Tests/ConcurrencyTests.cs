using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests;

public sealed class ConcurrencyTests(Samples samples)
{
    [Fact]
    public async Task While_roots_come_and_go_every_answer_is_right_or_a_clean_404()
    {
        using var store = samples.Copy();
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var files = new LocalStore(store.Path);
        var (steady, coming) = ($"/v2/{samples.Two.ToRepositoryComponent()}/t/tiny", $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny");
        // What the coming root alone holds goes with it; what both hold stays.
        var (blobs, kept) = (await BlobsAsync(coming), await BlobsAsync(steady));
        using var published = new CancellationTokenSource();
        var publisher = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                files.Remove(samples.Tiny);
                // Longer than a Gateway takes a root for being there still.
                await Task.Delay(200, RunningGateway.Cancel);
                await Samples.PublishAsync(store.Path, "docker-20.10.24.tar");
            }
            await published.CancelAsync();
        }, RunningGateway.Cancel);

        var statuses = new ConcurrentDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            var random = new Random(i);
            do
            {
                await PullAsync(coming, blobs, random, mayBeGone: true);
                await PullAsync(steady, kept, random, mayBeGone: false);
            }
            while (!published.IsCancellationRequested);
        }, RunningGateway.Cancel)));
        await publisher;
        Assert.Equal([200, 404], statuses.Keys.Order());

        async Task<List<Digest>> BlobsAsync(string repository)
        {
            using var manifest = JsonDocument.Parse((await gateway.GetAsync($"{repository}/manifests/s2", ("Accept", "*/*"))).Body);
            return [.. manifest.RootElement.GetProperty("layers").EnumerateArray().Select(l => Digest.Parse(l.GetProperty("digest").GetString()!))];
        }

        async Task PullAsync(string repository, List<Digest> digests, Random random, bool mayBeGone)
        {
            var digest = digests[random.Next(digests.Count)];
            var reply = random.Next(4) switch
            {
                0 => await gateway.GetAsync($"{repository}/manifests/s2", ("Accept", "*/*")),
                1 => await gateway.GetAsync($"{repository}/manifests/latest", ("Accept", MediaType.OciManifest.Value)),
                2 => await gateway.GetAsync($"{repository}/blobs/{digest}"),
                _ => await gateway.HeadAsync($"{repository}/blobs/{digest}"),
            };
            statuses.AddOrUpdate(reply.Status, 1, (_, n) => n + 1);
            if (reply.Status == 404 && mayBeGone)
                return;
            Assert.True(reply.Status == 200, $"{reply.Status} for {repository} {digest}: {Encoding.UTF8.GetString(reply.Body)}");
            if (reply.Body.Length > 0)
                Assert.Equal(reply["Docker-Content-Digest"], reply.BodyDigest.ToString());
        }
    }

    [Fact]
    public async Task Memory_holds_no_more_than_the_setting()
    {
        const int Limit = 1 << 20;
        using var store = new TemporaryFolder();
        var manifests = new List<(string Path, Digest Digest)>();
        using (var tree = new SyntheticTree(store.Path))
        {
            // 4 MiB in all, and one that is more than the bound by itself.
            var padding = Enumerable.Range(0, 40).Select(i => new string((char)('a' + i % 26), 100_000) + i).Append(new string('z', 2 * Limit));
            var added = padding.Select((p, i) => tree.AddManifest($"t{i}", MediaType.OciManifest, Encoding.UTF8.GetBytes($"{{\"padding\":\"{p}\"}}"))).ToList();
            var repository = tree.Commit();
            manifests.AddRange(added.Select((m, i) => ($"{repository}/manifests/t{i}", m.Digest)));
        }
        await using var gateway = await RunningGateway.StartAsync(store.Path, $"--Gateway:MemoryCacheBytes={Limit}");
        var cache = Assert.IsType<MemoryCache>(gateway.Services.GetRequiredService<IMemoryCache>());

        await Parallel.ForEachAsync(manifests.Concat(manifests), RunningGateway.Cancel, async (manifest, _) =>
        {
            Assert.Equal(manifest.Digest, (await gateway.GetAsync(manifest.Path)).BodyDigest);
            Assert.InRange(cache.Keys.Sum(key => cache.TryGetValue(key, out var value) && value is byte[] bytes ? bytes.Length : 0), 0, Limit);
        });
        Assert.NotEqual(0, cache.Count);
    }
}
