using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>A publish that is killed leaves a store that the next one finds in order.</summary>
public sealed class KilledTests
{
    private const int Kills = 50;

    /// <summary>A slow machine makes fewer kills, not a longer test.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(2);

    private static readonly TestImage Large = new([TestImage.Content(1, 12 << 20), TestImage.Content(2, 8 << 20)], "large");

    [Fact]
    public async Task Whenever_a_publish_is_killed_every_root_of_the_store_is_whole()
    {
        using var cli = new Cli();
        var archive = cli["large.tar"];
        await File.WriteAllBytesAsync(archive, Large.Save(), TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        await using var gateway = await GatewayProcess.StartAsync(cli.StoreFolder);
        var neighbour = PublishAndRemoveUntil(cli, stop.Token);
        var client = PullUntil(gateway, cli, stop.Token);
        // The kills fall on the whole length of a publish, and some behind it.
        var watch = Stopwatch.StartNew();
        (await PublisherProcess.RunAsync(default, archive, "-n", "--store", cli.StoreFolder)).Published();
        var whole = watch.Elapsed;
#pragma warning disable CA5394 // Random is for the moments, which are not secret.
        var random = new Random(1);
        for (var i = 0; i < Kills && watch.Elapsed < Enough; i++)
        {
            using var process = PublisherProcess.Start(archive, "--tag", $"{i}", "-q", "--store", cli.StoreFolder);
            process.StandardInput.Close();
            await Task.Delay(whole * 1.3 * random.NextDouble(), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await CheckRoots(cli);
        }
#pragma warning restore CA5394
        await stop.CancelAsync();
        Assert.True(await neighbour > 0);
        Assert.True(await client > 0);
        Assert.DoesNotContain("fail:", gateway.Log, StringComparison.Ordinal);

        var root = (await cli.RunAsync(archive)).Published().Root;
        (await cli.RunAsync("verify", root.ToString())).Succeeded();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(cli.StoreFolder, "staging")));
        // Blobs that came before the root that was to hold them go with the next collection.
        foreach (var left in cli.Store.Roots())
            (await cli.RunAsync("remove", left.ToString())).Succeeded();
        Assert.Empty(cli.Listing());
    }

    /// <summary>Everything that list shows is whole; the large ones go again, so that the next has something to do.</summary>
    private static async Task CheckRoots(Cli cli)
    {
        foreach (var pullName in (await cli.RunAsync("list")).Succeeded().Lines.Where(n => n.Contains("/large:", StringComparison.Ordinal)))
        {
            (await cli.RunAsync("verify", pullName)).Succeeded();
            (await cli.RunAsync("remove", pullName)).Succeeded();
        }
    }

    /// <summary>Shares a layer's blob with nobody and the store with all.</summary>
    private static async Task<int> PublishAndRemoveUntil(Cli cli, CancellationToken stop)
    {
        var rounds = 0;
        for (; !stop.IsCancellationRequested; rounds++)
        {
            var image = new TestImage([TestImage.Content(rounds % 3, 200_000)], "small");
            var root = (await cli.PublishAsync(image.Save())).Published().Root;
            Assert.Equal($"{root} ok\n", (await cli.RunAsync("verify", root.ToString())).Succeeded().Output);
            if (rounds % 2 == 1)
                (await cli.RunAsync("remove", root.ToString())).Succeeded();
        }
        return rounds;
    }

    /// <summary>What the Gateway answers is whole, or it says that it is not there.</summary>
    private static async Task<int> PullUntil(GatewayProcess gateway, Cli cli, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        http.DefaultRequestHeaders.Add("Accept", MediaType.Schema2.Value);
        var pulled = 0;
        while (!stop.IsCancellationRequested)
        {
            foreach (var root in cli.Store.Roots())
            {
                using var manifest = await http.GetAsync(new Uri($"/v2/{root.ToRepositoryComponent()}/small/manifests/latest", UriKind.Relative), TestContext.Current.CancellationToken);
                if (manifest.StatusCode == HttpStatusCode.NotFound)
                    continue;
                var bytes = await manifest.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                Assert.Equal(manifest.Headers.GetValues("Docker-Content-Digest").Single(), Digest.Sha256(bytes).ToString());
                using var json = JsonDocument.Parse(bytes);
                var layer = json.RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
                using var blob = await http.GetAsync(new Uri($"/v2/{root.ToRepositoryComponent()}/small/blobs/{layer}", UriKind.Relative), TestContext.Current.CancellationToken);
                if (blob.StatusCode == HttpStatusCode.NotFound)
                    continue;
                Assert.Equal(layer, Digest.Sha256(await blob.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ToString());
                pulled++;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        return pulled;
    }
}
