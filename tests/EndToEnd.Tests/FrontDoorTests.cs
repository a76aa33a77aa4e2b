using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// What the Gateway serves below <c>/ipfs/</c>, from the store and through another Gateway, read by implementations of IPFS that are
/// not ours and that check every block.
/// </summary>
public sealed class FrontDoorTests(Site site, LargeTree tree, IpfsNode node) : IClassFixture<LargeTree>
{
    // 174 links of 262,144 bytes: where the second inner node of the layer begins.
    private const int SecondNode = 174 * 262_144;

    [EndToEndFact]
    public async Task The_CAR_of_the_root_holds_all_that_was_published()
    {
        var car = site.NewPath("gateway.car");
        await File.WriteAllBytesAsync(car, await CarAsync(), TestContext.Current.CancellationToken);
        Assert.Equal(await Oracle.RunAsync("node", "read-car.mjs", tree.Car), await Oracle.RunAsync("node", "read-car.mjs", car));
    }

    [EndToEndFact]
    public async Task A_node_imports_the_CAR_of_the_root_and_exports_the_CAR_that_was_published()
    {
        using var car = new MemoryStream(await CarAsync());
        Assert.Equal(tree.Root.Cid, await node.ImportAsync(car));
        var published = await File.ReadAllBytesAsync(tree.Car, TestContext.Current.CancellationToken);
        Assert.Equal(PulledImage.DigestOf(published), PulledImage.DigestOf(await node.ExportAsync(tree.Root.Cid)));
    }

    [EndToEndTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_file_has_the_published_bytes(bool throughAnother)
    {
        await using var reading = await ReadingAsync(throughAnother);
        foreach (var file in Directory.EnumerateFiles(tree.Folder, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length < 1 << 20 || f == Layer))
        {
            var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            await reading.AssertAsync(PathOf(file), content);
        }
    }

    [EndToEndTheory]
    [InlineData(0, 1, false)]
    [InlineData(262_143, 2, false)]
    [InlineData(10_000_000, 1_000_000, false)]
    [InlineData(SecondNode - 1, 2, false)]
    [InlineData(SecondNode, 300_000, false)]
    [InlineData(262_143, 2, true)]
    [InlineData(SecondNode - 1, 2, true)]
    public async Task A_range_of_a_large_layer_has_the_published_bytes_and_no_other_blocks(int from, int length, bool throughAnother)
    {
        var layer = await File.ReadAllBytesAsync(Layer, TestContext.Current.CancellationToken);
        await using var reading = await ReadingAsync(throughAnother);
        await reading.AssertAsync(PathOf(Layer), layer[from..(from + length)], from);
    }

    /// <summary>The largest file: the compressed layer, in one of the places where the tree has it.</summary>
    private string Layer => Directory.EnumerateFiles(tree.Folder, "*", SearchOption.AllDirectories).MaxBy(f => (new FileInfo(f).Length, f))!;

    private string PathOf(string file) => Path.GetRelativePath(tree.Folder, file);

    private async Task<byte[]> CarAsync()
    {
        using var http = new HttpClient();
        return await http.GetByteArrayAsync(new Uri((await site.GatewayAsync()).Address, $"/ipfs/{tree.Root.Cid}?format=car"), TestContext.Current.CancellationToken);
    }

    private async Task<Reading> ReadingAsync(bool throughAnother) =>
        new(tree.Root.Cid, (await site.GatewayAsync()).Address, throughAnother ? await site.EmptyGatewayAsync((await site.GatewayAsync()).Address) : null);

    private sealed class Reading(string root, Uri store, GatewayProcess? other) : IAsyncDisposable
    {
        public async Task AssertAsync(string path, byte[] expected, int? from = null)
        {
            string[] range = from is { } first ? [$"{first}", $"{first + expected.Length - 1}"] : [];
            var address = (other?.Address ?? store).ToString().TrimEnd('/');
            var read = await Oracle.RunAsync(["node", "read-gateway.mjs", address, $"{root}/{path}", .. range]);
            Assert.EndsWith($" {expected.Length} {PulledImage.DigestOf(expected)["sha256:".Length..]}", read[0], StringComparison.Ordinal);
        }

        public ValueTask DisposeAsync() => other?.DisposeAsync() ?? default;
    }
}
