using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary><c>--to kubo</c> and <c>--to ipfs</c> send an image to a real IPFS node, and <c>import</c> takes one from it.</summary>
public sealed class NodeTargetTests(Site site, IpfsNode node)
{
    [EndToEndFact]
    public async Task The_node_pins_the_root_and_its_gateway_serves_every_file()
    {
        var (folder, published) = await PublishAsync("docker-20.10.24.tar");
        Assert.Contains(await node.TargetAsync(), published.Targets.Select(t => t.Target));
        var pins = await node.AskAsync($"pin/ls?arg={published.Root.Cid}&type=recursive");
        Assert.Equal("recursive", pins.GetProperty("Keys").GetProperty(published.Root.Cid).GetProperty("Type").GetString());

        using var http = new HttpClient();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var path = string.Join('/', Path.GetRelativePath(folder, file).Split('/').Select(Uri.EscapeDataString));
            var served = await http.GetByteArrayAsync(new Uri(await node.GatewayAsync(), $"/ipfs/{published.Root.Cid}/{path}"), TestContext.Current.CancellationToken);
            Assert.Equal(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), served);
        }
    }

    [EndToEndFact]
    public async Task The_node_itself_adds_the_folder_under_the_same_root()
    {
        var (folder, published) = await PublishAsync("docker-20.10.24-two.tar");
        Assert.Equal(published.Root.Cid, await node.AddAsync(folder));
    }

    [EndToEndTheory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task A_second_publish_sends_nothing_and_a_like_image_only_what_is_new(string profile)
    {
        var to = await node.TargetAsync();
        var publisher = new PublisherProcess(site.NewPath("store"));
        var layer = TestImage.Content(profile.Length + profile[^1], 6_000_000);
        async Task<PublishedTarget> SendAsync(string file)
        {
            var archive = site.NewPath("image.tar");
            await File.WriteAllBytesAsync(archive, new TestImage([layer, TestImage.Layer(file)], "like:1").Save(), TestContext.Current.CancellationToken);
            return Assert.Single((await publisher.PublishAsync(archive, "--cid-profile", profile, "--to", to)).Targets);
        }
        var first = await SendAsync("one");
        Assert.True(first.Bytes > 2_000_000, $"{first.Bytes} bytes sent");
        Assert.Equal((true, 0L), (await SendAsync("one") is var again ? (again.WasThere, again.Bytes) : default));
        var like = await SendAsync("two");
        Assert.False(like.WasThere);
        Assert.InRange(like.Bytes, 1, 30_000);
    }

    [EndToEndFact]
    public async Task The_root_lies_in_the_nodes_files_in_place_of_the_one_before()
    {
        const string Path = "/images/deep/app";
        foreach (var archive in new[] { "docker-20.10.24.tar", "docker-20.10.24-two.tar", "docker-20.10.24-two.tar" })
        {
            var (_, published) = await PublishAsync(archive, "--mfs", Path);
            Assert.Equal(Path, published.Targets.Single(t => t.Mfs is not null).Mfs);
            Assert.Equal(published.Root.Cid, (await node.AskAsync($"files/stat?arg={Path}")).GetProperty("Hash").GetString());
            var entries = (await node.AskAsync("files/ls?arg=/images/deep")).GetProperty("Entries").EnumerateArray().Select(e => e.GetProperty("Name").GetString());
            Assert.Equal(["app"], entries);
        }
    }

    [EndToEndFact]
    public async Task A_name_of_the_nodes_key_leads_to_the_root()
    {
        await node.AskAsync("key/gen?arg=image2ipfs&type=ed25519");
        var (_, published) = await PublishAsync("docker-20.10.24.tar", "--ipns", "image2ipfs", "--pin-name", "an image");
        var name = published.Targets.Single(t => t.Ipns is not null).Ipns!;
        Assert.StartsWith("/ipns/", name, StringComparison.Ordinal);
        Assert.Equal($"/ipfs/{published.Root.Cid}", (await node.AskAsync($"name/resolve?arg={Uri.EscapeDataString(name)}")).GetProperty("Path").GetString());

        var missing = await site.Publisher.RunAsync("export", published.Root.Cid, "--to", await node.TargetAsync(), "--ipns", "nobody");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("name/publish: ", missing.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task What_the_node_exports_comes_into_another_store()
    {
        var (_, published) = await PublishAsync("docker-20.10.24-two.tar");
        var car = site.NewPath("exported.car");
        await File.WriteAllBytesAsync(car, await node.ExportAsync(published.Root.Cid), TestContext.Current.CancellationToken);
        var other = new PublisherProcess(site.NewPath("store"));
        var names = (await other.RunAsync("import", car)).Succeeded().Output;
        foreach (var image in published.Images)
            Assert.Contains($"/{published.Root.Component}/{image.Name}{(image.Tag == "latest" ? "" : $":{image.Tag}")}\n", names, StringComparison.Ordinal);
        Assert.Equal($"{published.Root.Cid} ok\n", (await other.RunAsync("verify")).Succeeded().Output);
    }

    /// <summary>js-ipfs has a command line like that of old Kubos, which lists no commands: it adds the folder.</summary>
    [EndToEndTheory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task The_program_adds_the_folder_under_the_same_root(string profile)
    {
        var program = site.NewPath("ipfs");
        await File.WriteAllTextAsync(program, $"""
            #!/bin/sh
            export IPFS_PATH='{site.NewPath("repo")}' NODE_OPTIONS='-r {Path.Combine(Scripts.Folder, "oracle", "polyfill.cjs")}'
            exec node '{Path.Combine(Scripts.WorkFolder, "node", "node_modules", "ipfs", "src", "cli.js")}' "$@"
            """, TestContext.Current.CancellationToken);
        (await Command.RunAsync("chmod", ["+x", program])).Succeeded();
        (await Command.RunAsync(program, ["init", "--empty-repo", "--profile", "test"])).Succeeded();
        var environment = new Dictionary<string, string?>(site.Publisher.Environment) { ["PATH"] = $"{Path.GetDirectoryName(program)}:{Environment.GetEnvironmentVariable("PATH")}" };
        // It compares the root itself.
        (await Command.RunAsync(Programs.Dotnet, [Programs.Publisher, Vectors.File("archives", "docker-20.10.24.tar"), "--cid-profile", profile, "--to", "ipfs"], environment)).Succeeded();
    }

    private async Task<(string Folder, Published Published)> PublishAsync(string archive, params string[] options)
    {
        var folder = site.NewPath("tree");
        return (folder, await site.Publisher.PublishAsync(Vectors.File("archives", archive), ["--to", $"dir:{folder}", "--to", await node.TargetAsync(), .. options]));
    }
}
