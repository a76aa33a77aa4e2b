using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary><c>--to kubo</c> with a node that does what it should.</summary>
public sealed class KuboTests
{
    private static readonly TestImage Image = new([TestImage.Layer("file"), TestImage.Content(3, 700_000)], "team/app:1");

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task The_node_gets_every_block_and_pins_the_root(string profile)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var published = (await cli.PublishAsync(Image.Save(), "--to", node.To, "--cid-profile", profile)).Published();
        Assert.Contains(published.Root, node.Pins.Keys);

        // What the node was sent is what a CAR file holds.
        (await cli.RunAsync("export", published.Root.ToString(), "--to", "car:" + cli["x.car"])).Succeeded();
        Assert.Equal(new FileInfo(cli["x.car"]).Length, node.CarLength);
        Assert.Contains($"{node.To}: {node.CarLength} bytes sent, pinned there", published.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_that_is_pinned_there_is_not_sent_again()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var first = (await cli.PublishAsync(Image.Save(), "--to", node.To)).Published();
        var second = (await cli.PublishAsync(Image.Save(), "--to", node.To, "--json")).Succeeded();
        Assert.Equal(["pin/ls", "dag/import", "pin/ls"], node.Calls);
        Assert.Contains("already pinned there", second.Error, StringComparison.Ordinal);
        var target = Assert.Single(JsonElement.Parse(second.Output).GetProperty("targets").EnumerateArray());
        Assert.Equal((node.To, true, 0), (target.GetProperty("target").GetString(), target.GetProperty("wasThere").GetBoolean(), target.GetProperty("bytes").GetInt32()));

        var export = (await cli.RunAsync("export", first.Root.ToString(), "--to", node.To, "--json")).Succeeded();
        var json = JsonElement.Parse(export.Output);
        Assert.Equal(first.Root.ToString(), json.GetProperty("root").GetProperty("cid").GetString());
        Assert.True(Assert.Single(json.GetProperty("targets").EnumerateArray()).GetProperty("wasThere").GetBoolean());
    }

    [Fact]
    public async Task Blobs_of_another_pinned_root_are_left_out()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var large = TestImage.Content(5, 6_000_000);
        (await cli.PublishAsync(new TestImage([large, TestImage.Layer("a")], "one:1").Save(), "--to", node.To)).Published();
        Assert.True(node.CarLength > 2_000_000);
        var two = (await cli.PublishAsync(new TestImage([large, TestImage.Layer("b")], "two:1").Save(), "--to", node.To)).Published();
        Assert.InRange(node.CarLength, 1, 20_000);
        Assert.Contains(two.Root, node.Pins.Keys);
        Assert.Equal(2, node.Imports);
    }

    [Fact]
    public async Task What_the_node_has_lost_meanwhile_is_sent_after_all()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var large = TestImage.Content(5, 6_000_000);
        (await cli.PublishAsync(new TestImage([large, TestImage.Layer("a")], "one:1").Save(), "--to", node.To)).Published();
        node.Blocks.Clear(); // pinned still, says the node
        var two = (await cli.PublishAsync(new TestImage([large, TestImage.Layer("b")], "two:1").Save(), "--to", node.To)).Published();
        Assert.True(node.CarLength > 2_000_000);
        Assert.Contains(two.Root, node.Pins.Keys);
        Assert.Equal(3, node.Imports);
    }

    [Fact]
    public async Task Another_root_that_is_not_pinned_or_damaged_spares_nothing()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var large = TestImage.Content(5, 6_000_000);
        var one = (await cli.PublishAsync(new TestImage([large, TestImage.Layer("a")], "one:1").Save())).Published();
        (await cli.PublishAsync(new TestImage([large, TestImage.Layer("b")], "two:1").Save(), "--to", node.To)).Published();
        Assert.True(node.CarLength > 2_000_000);
        Assert.Equal(["pin/ls", "pin/ls", "dag/import"], node.Calls);

        await File.WriteAllTextAsync(cli.Store.RootFile(one.Root), "damaged", TestContext.Current.CancellationToken);
        (await cli.PublishAsync(new TestImage([TestImage.Layer("c")], "three:1").Save(), "--to", node.To)).Published();
    }

    [Fact]
    public async Task A_pin_gets_a_name_also_when_it_was_there()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = (await cli.PublishAsync(Image.Save(), "--to", node.To)).Published().Root;
        Assert.Equal("", node.Pins[root]);
        (await cli.PublishAsync(Image.Save(), "--to", node.To, "--pin-name", "app & more=1")).Published();
        Assert.Equal("app & more=1", node.Pins[root]);
        Assert.Equal(1, node.Imports);
    }

    [Fact]
    public async Task The_root_takes_the_place_of_what_lies_at_the_path()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var one = (await cli.PublishAsync(Image.Save(), "--to", node.To, "--mfs", "/images/app/")).Published();
        Assert.Equal([KeyValuePair.Create("/images/app", one.Root)], node.Files);
        var two = (await cli.PublishAsync((Image with { Tags = ["team/app:2"] }).Save(), "--to", node.To, "--mfs", "/images/app")).Published();
        Assert.Equal([KeyValuePair.Create("/images/app", two.Root)], node.Files);

        var before = node.Calls.Count;
        (await cli.RunAsync("export", two.Root.ToString(), "--to", node.To, "--mfs", "/images/app")).Succeeded();
        Assert.Equal(["pin/ls", "files/stat"], node.Calls.Skip(before));
        (await cli.RunAsync("export", two.Root.ToString(), "--to", node.To, "--mfs", "/top")).Succeeded();
        Assert.DoesNotContain("files/mkdir", node.Calls.Skip(before));
        Assert.Equal(["/images/app", "/top"], node.Files.Keys);
    }

    [Fact]
    public async Task What_lies_at_the_path_stays_until_the_root_can_take_its_place()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var one = (await cli.PublishAsync(Image.Save(), "--to", node.To, "--mfs", "/app")).Published();
        node.Next("files/cp", call => call.FailAsync("no room"));
        var failed = (await cli.PublishAsync((Image with { Tags = ["team/app:2"] }).Save(), "--to", node.To, "--mfs", "/app")).FailedWithHint();
        Assert.Contains("files/cp: no room", failed.Error, StringComparison.Ordinal);
        Assert.Equal([KeyValuePair.Create("/app", one.Root)], node.Files);
    }

    [Fact]
    public async Task A_name_leads_to_the_root()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var published = (await cli.PublishAsync(Image.Save(), "--to", node.To, "--ipns", "self", "--json")).Succeeded();
        Assert.Contains("\n/ipns/k51self\n", published.Error, StringComparison.Ordinal);
        Assert.Equal("/ipns/k51self", Assert.Single(JsonElement.Parse(published.Output).GetProperty("targets").EnumerateArray()).GetProperty("ipns").GetString());
        var failed = (await cli.PublishAsync(Image.Save(), "--to", node.To, "--ipns", "nobody")).FailedWithHint();
        Assert.Contains("no key by the given name", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_targets_get_the_root_one_after_the_other()
    {
        using var cli = new Cli();
        await using var one = TestNode.Start();
        await using var two = TestNode.Start();
        var published = (await cli.PublishAsync(Image.Save(), "--to", one.To, "--to", "car:" + cli["x.car"], "--to", two.To, "--to", "store")).Published();
        Assert.Contains(published.Root, one.Pins.Keys);
        Assert.Contains(published.Root, two.Pins.Keys);
        Assert.True(File.Exists(cli["x.car"]));
    }

    [Fact]
    public async Task A_damaged_store_is_said_and_sends_nothing_wrong()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        var root = (await cli.PublishAsync(Image.Save())).Published().Root;
        var blob = cli.Store.BlobFile(Digest.Sha256(Image.Config));
        var bytes = await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken);
        bytes[10] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, TestContext.Current.CancellationToken);
        Assert.Contains("the store is damaged", (await cli.RunAsync("export", root.ToString(), "--to", node.To)).FailedWithHint().Error, StringComparison.Ordinal);
        File.Delete(blob);
        Assert.Contains("the store is damaged", (await cli.RunAsync("export", root.ToString(), "--to", node.To)).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Empty(node.Pins);
    }

    [Theory]
    [InlineData("--to", "kubo:")]
    [InlineData("--to", "kubo:127.0.0.1:5001")]
    [InlineData("--to", "kubo:ftp://127.0.0.1")]
    [InlineData("--to", "kubo:http://127.0.0.1:5001/?x=1")]
    [InlineData("--to", "kubo:/ip4/127.0.0.1/udp/5001")]
    [InlineData("--to", "store", "--mfs", "/a")]
    [InlineData("--ipns", "self")]
    [InlineData("--pin-name", "x", "--to", "store")]
    [InlineData("--timeout", "9")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--mfs", "/")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--mfs", "images")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--mfs", "/a/../b")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--mfs", "/a//b")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--pin-name", "")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--ipns", "")]
    [InlineData("--to", "kubo:http://127.0.0.1:1", "--timeout", "0")]
    public async Task A_command_line_without_sense_is_refused_before_anything_is_read(params string[] arguments)
    {
        using var cli = new Cli();
        (await cli.PublishAsync(Image.Save(), arguments)).FailedWithHint(exit: 2);
        Assert.Empty(cli.Listing());
    }
}
