using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>What other publishers put on IPFS, pulled by real clients: from the store, through an upstream, and from a node.</summary>
public sealed class OlderTreeTests(Site site, IpfsNode node)
{
    private const string Begin = "<!-- layouts -->";
    private const string End = "<!-- /layouts -->";

    private static readonly string[] Clients = ["docker 20.10 graph", "docker 28.5 graph", "docker 28.5 store", "containerd 1.7", "containerd 2.1", "skopeo 1.22", "podman 5.8"];

    /// <summary>The image of one of the archives.</summary>
    private static readonly (byte[] Config, IReadOnlyList<byte[]> Layers) Image = Read(Vectors.File("archives", "docker-20.10.24.tar"));

    private static readonly IReadOnlyList<OlderTree> Trees = OlderTree.All(Image.Config, Image.Layers);

    /// <summary>docs/compatibility.md is what this run says.</summary>
    [EndToEndFact]
    public async Task Every_client_pulls_every_layout()
    {
        foreach (var tree in Trees)
            await ImportAsync(tree);
        await using var through = await site.EmptyGatewayAsync((await site.GatewayAsync()).Address);
        var table = new StringBuilder($"| layout | {string.Join(" | ", Clients)} |\n|{string.Concat(Enumerable.Repeat("---|", Clients.Length + 1))}\n");
        var problems = new List<string>();
        foreach (var tree in Trees)
        {
            table.Append("| ").Append(tree.Layout);
            foreach (var client in Clients)
            {
                var ways = new[] { await PullsAsync(tree, client, (await site.GatewayAsync()).Authority), await PullsAsync(tree, client, through.Authority) };
                problems.AddRange(ways.OfType<string>().Select(w => $"{tree.Layout}, {client}: {w}"));
                table.Append(" | ").Append(ways switch { [null, null] => "yes", [null, _] => "from the store", [_, null] => "through an upstream", _ => "no" });
            }
            table.Append(" |\n");
        }
        var text = await File.ReadAllTextAsync(Path.Combine(Vectors.Repository, "docs", "compatibility.md"), TestContext.Current.CancellationToken);
        var documented = text[(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..text.IndexOf(End, StringComparison.Ordinal)].Trim();
        Assert.True(documented == table.ToString().Trim(), $"{string.Join('\n', problems)}\n{table}");
    }

    /// <summary>As nerdctl writes a name, and oci-registry-p2p.</summary>
    [EndToEndTheory]
    [MemberData(nameof(EachWithIpfs))]
    public async Task The_name_may_begin_with_ipfs(string layout, string client)
    {
        var tree = Trees.Single(t => t.Layout == layout);
        await ImportAsync(tree);
        Assert.Null(await PullsAsync(tree, client, $"{(await site.GatewayAsync()).Authority}/ipfs"));
    }

    /// <summary>Nothing is left of it: neither the gateway nor the client knows the digests that its publisher meant.</summary>
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.RunningThrough), MemberType = typeof(ClientNames))]
    public async Task A_repaired_image_runs(string client)
    {
        var tree = Trees.Single(t => t.IsRepaired);
        await ImportAsync(tree);
        var reference = $"{(await site.GatewayAsync()).Authority}/{tree.Repository}:{tree.Tag}";
        var runtime = await site.ClientAsync(client);
        await runtime.PullAsync(reference);
        Assert.Equal("hello from tiny", (await runtime.RunAsync(reference)).Trim());
    }

    /// <summary>A node that gives plain paths alone, and answers 500 for what is not there.</summary>
    [EndToEndTheory]
    [MemberData(nameof(FoundByPaths))]
    public async Task A_layout_is_pulled_from_a_node_that_lists_nothing(string layout)
    {
        var tree = Trees.Single(t => t.Layout == layout);
        using var car = new MemoryStream(tree.Car());
        Assert.Equal(tree.Root.ToString(), await node.ImportAsync(car));
        await using var gateway = await site.EmptyGatewayAsync(await node.GatewayAsync());
        Assert.Null(await PullsAsync(tree, "skopeo 1.22", gateway.Authority));
    }

    /// <summary>Another implementation gives the same folder the same CID: the trees are what was published, not what we made up.</summary>
    [EndToEndTheory]
    [MemberData(nameof(AddedByIpfs))]
    public async Task The_node_gives_the_folder_the_same_root(string layout)
    {
        var tree = Trees.Single(t => t.Layout == layout);
        var folder = site.NewPath("tree");
        foreach (var (path, content) in tree.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            await File.WriteAllBytesAsync(Path.Combine(folder, path), content, TestContext.Current.CancellationToken);
        }
        Assert.True(Cid.TryParse(await node.AddAsync(folder, tree.Root.Version), out var added));
        Assert.Equal(tree.Root, added);
    }

    public static TheoryData<string> FoundByPaths => [.. Trees.Where(t => t.IsFoundByPaths && !t.IsRepaired).Select(t => t.Layout)];

    public static TheoryData<string> AddedByIpfs => [.. Trees.Where(t => t.Files.Count > 0).Select(t => t.Layout)];

    public static MatrixTheoryData<string, string> EachWithIpfs => new(["nerdctl", "OCI image layout in a folder"], ClientNames.Through.Select(row => row.Data));

    /// <param name="before">What stands before the root.</param>
    /// <returns>Null, or what went wrong.</returns>
    private async Task<string?> PullsAsync(OlderTree tree, string client, string before)
    {
        try
        {
            var pulled = await (await site.ClientAsync(client)).PullAsync($"{before}/{tree.Repository}:{tree.Tag}");
            var (id, diffIds) = ($"sha256:{TestImage.Hex(Image.Config)}", Image.Layers.Select(l => $"sha256:{TestImage.Hex(l)}"));
            return pulled.Layers is null && pulled.DiffIds is null ? "the client said nothing of the layers"
                : pulled.Config is { } config && config != id ? $"it has the image {config}"
                : pulled.DiffIds is { } has && !has.SequenceEqual(diffIds) ? "it has other layers"
                : pulled.Layers is { } layers && !layers.SequenceEqual(tree.LayerDigests) ? "it has layers of other digests"
                : null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private async Task ImportAsync(OlderTree tree)
    {
        var car = site.NewPath("tree.car");
        await File.WriteAllBytesAsync(car, tree.Car(), TestContext.Current.CancellationToken);
        (await site.Publisher.RunAsync("import", car)).Succeeded();
    }

    private static (byte[], IReadOnlyList<byte[]>) Read(string archive)
    {
        var files = new Dictionary<string, byte[]>();
        var links = new Dictionary<string, string>();
        using var tar = new TarReader(File.OpenRead(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.SymbolicLink)
                links[entry.Name] = Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(entry.Name)!, entry.LinkName)));
            else if (entry.DataStream is { } data)
                files[entry.Name] = Bytes(data);
        }
        var image = JsonElement.Parse(files["manifest.json"])[0];
        return (Content(image.GetProperty("Config").GetString()!), [.. image.GetProperty("Layers").EnumerateArray().Select(l => Content(l.GetString()!))]);

        byte[] Content(string name) => files.GetValueOrDefault(name) ?? Content(links[name]);

        static byte[] Bytes(Stream stream)
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }
    }
}
