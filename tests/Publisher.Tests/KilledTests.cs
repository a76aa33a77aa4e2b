using System.Diagnostics;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>A publish that is killed leaves a store that the next one finds in order.</summary>
public sealed class KilledTests
{
    private const int Kills = 50;

    /// <summary>A slow machine makes fewer kills, not a longer test.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(40);

    private static readonly TestImage Large = new([TestImage.Content(1, 12 << 20), TestImage.Content(2, 8 << 20)], "large");

    [Fact]
    public async Task Whenever_a_publish_is_killed_every_root_of_the_store_is_whole()
    {
        using var cli = new Cli();
        var archive = cli["large.tar"];
        await File.WriteAllBytesAsync(archive, Large.Save(), TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var neighbour = PublishAndRemoveUntil(cli, stop.Token);
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
}
