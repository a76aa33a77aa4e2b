using System.Text.Json;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Implementations of IPFS that are not ours come to the same results: JavaScript's, and Debian's in Rust.</summary>
public sealed class IpfsTests(Site site, LargeTree tree) : IClassFixture<LargeTree>
{
    [EndToEndFact]
    public async Task Adding_the_published_folder_gives_the_same_root()
    {
        var added = await Oracle.RunAsync("node", "add.mjs", tree.Folder);
        Assert.Equal($"{tree.Root.Cid} root", added[^1]);
    }

    [EndToEndFact]
    public async Task The_CAR_holds_the_root_and_every_block_below_it()
    {
        var read = await Oracle.RunAsync("node", "read-car.mjs", tree.Car);
        Assert.Equal($"{tree.Root.Cid} root", read[^1]);

        var files = read[..^1].Select(line => line.Split(' ')).ToDictionary(f => f[1], f => f[2]);
        Assert.Equal(
            Directory.EnumerateFiles(tree.Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(tree.Folder, f)).Order(StringComparer.Ordinal),
            files.Keys.Order(StringComparer.Ordinal));
        foreach (var (path, hash) in files)
            Assert.Equal(Runtimes.PulledImage.DigestOf(await File.ReadAllBytesAsync(Path.Combine(tree.Folder, path), TestContext.Current.CancellationToken)), $"sha256:{hash}");
    }

    [EndToEndFact]
    public async Task Ipfs_car_unpacks_the_published_folder_from_the_CAR()
    {
        Assert.Equal([tree.Root.Cid], await Oracle.RunAsync("ipfs-car", "roots", tree.Car));
        var unpacked = site.NewPath("unpacked");
        await Oracle.RunAsync("ipfs-car", "unpack", tree.Car, "--output", unpacked);
        (await Command.RunAsync("diff", ["-r", tree.Folder, unpacked])).Succeeded();
    }

    [EndToEndFact]
    public async Task Debians_ipfs_cid_gives_every_file_the_CID_that_the_tree_has()
    {
        foreach (var line in (await Oracle.RunAsync("node", "read-car.mjs", tree.Car))[..^1])
        {
            var (cid, path) = (line.Split(' ')[0], line.Split(' ')[1]);
            var said = (await Command.RunAsync("ipfs_cid", [Path.Combine(tree.Folder, path)])).Succeeded().Output;
            Assert.Equal(cid, JsonElement.Parse(said).GetProperty("CIDv0").GetString());
        }
    }
}
