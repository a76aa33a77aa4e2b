using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>All text of a tree is a stranger's. <see cref="Page"/> checks of every page that none of it becomes markup.</summary>
public sealed class HostileTextTests
{
    private const string Script = "<script>alert(1)</script>";
    private const string Attribute = "\" onmouseover=\"alert(1)\" '>";
    private const string Turned = "a\u202egpj.exe\u2066\u0000\u001b[31m\u200b\u2028\ufeff";

    public static TheoryData<string> Texts => [Script, Attribute, Turned, "]]>--><!--", "&lt;b&gt;&amp;", "{{constructor}}${7*7}", new string('<', 20_000), "\ud800lone", "javascript:alert(1)"];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_of_a_tree_stays_text(string text)
    {
        var layout = new TestLayout();
        var layer = TestLayer.Gzip(TestImage.Layer("file"));
        var config = JsonNode.Parse(TestImage.ConfigOf([layer.Content]))!.AsObject();
        // JSON may say half a character, which no text is.
        var said = text.Contains('\ud800', StringComparison.Ordinal) ? text.Replace("\ud800", "", StringComparison.Ordinal) : text;
        config["author"] = said;
        config["architecture"] = said.Length < 100 ? said : "amd64";
        config["config"] = new JsonObject
        {
            ["Entrypoint"] = new JsonArray(said),
            ["Cmd"] = new JsonArray(said),
            ["User"] = said,
            ["WorkingDir"] = said,
            ["Env"] = new JsonArray(said, $"{said}={said}"),
            ["Labels"] = new JsonObject { [said] = said },
            ["ExposedPorts"] = new JsonObject { [said] = new JsonObject() },
            ["Volumes"] = new JsonObject { [said] = new JsonObject() },
            ["StopSignal"] = said,
        };
        config["history"] = new JsonArray(new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = said, ["comment"] = said, ["author"] = said });
        var image = layout.Manifest(layout.Blob(MediaType.OciConfig.Value, Encoding.UTF8.GetBytes(config.ToJsonString())), [layout.Layer(layer)], null, ("annotations", TestLayout.Texts((said, said))));
        var platform = new JsonObject { ["os"] = said, ["architecture"] = said, ["variant"] = said, ["os.version"] = said };
        var index = layout.Index([TestLayout.With(image, "platform", platform)], null, ("annotations", TestLayout.Texts((said, said))), ("artifactType", said));
        var referrer = layout.Manifest(layout.Blob("application/vnd.oci.empty.v1+json", "{}"u8), [layout.Blob(said, [1])], null, ("subject", index), ("artifactType", said), ("annotations", TestLayout.Texts((said, said))));
        layout.List(image, "app:image").List(index, "app:index").List(referrer);
        using var published = await PublishedLayout.OfAsync(layout);
        await using var gateway = await RunningGateway.StartAsync(published.Store);

        var name = $"{published.Root.ToRepositoryComponent()}/app";
        var texts = new List<string>();
        foreach (var address in new[] { "/", $"/image?name={name}", $"/image?name={name}:image", $"/image?name={name}:index", $"/image?name={name}@{TestLayout.Digest(image)}", $"/image?name={name}@{TestLayout.Digest(referrer)}" })
        {
            var page = await Page.GetAsync(gateway, address);
            Assert.Equal(200, page.Status);
            texts.Add(page.Text);
        }
        // What can be seen is shown as it is.
        if (text is Script or Attribute)
            Assert.All(texts[2..], t => Assert.Contains(text, t, StringComparison.Ordinal));
        if (text == Turned)
            Assert.All(texts[2..], t => Assert.Contains("a\\u{202e}gpj.exe\\u{2066}\\u{0}\\u{1b}[31m\\u{200b}\\u{2028}\\u{feff}", t, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_of_a_request_stays_text(string text)
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await RunningGateway.StartAsync(folder["none"]);
        var query = Uri.EscapeDataString(text.Replace("\ud800", "", StringComparison.Ordinal));
        Assert.Equal(200, (await Page.GetAsync(gateway, $"/?q={query}")).Status);
        Assert.InRange((await Page.GetAsync(gateway, $"/image?name={query}")).Status, 400, 404);
        Assert.Equal(404, (await Page.GetAsync(gateway, $"/page/{query.Replace("%00", "", StringComparison.Ordinal)}")).Status);
        Assert.Equal(400, (await Page.GetAsync(gateway, $"/?page={query}")).Status);
    }

    [Theory]
    [InlineData("x$(touch)&'", false)]
    [InlineData("registry.example:8443", true)]
    [InlineData("[::1]:5000", true)]
    public async Task A_host_that_a_shell_would_read_is_in_no_command(string host, bool isTaken)
    {
        using var store = new TemporaryFolder();
        var root = await Samples.PublishAsync(store["s"], "docker-20.10.24.tar");
        await using var gateway = await RunningGateway.StartAsync(store["s"]);
        var page = Page.Of(await gateway.RawAsync($"GET /image?name={root.ToRepositoryComponent()}/t/tiny:s2 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        Assert.Equal(200, page.Status);
        Assert.Contains($"docker pull {(isTaken ? host : gateway.Address.Authority)}/{root.ToRepositoryComponent()}/t/tiny:s2 ", page.Text, StringComparison.Ordinal);
        Assert.Equal(isTaken, page.Html.Contains(host, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Odd_documents_have_a_page_all_the_same()
    {
        using var store = new TemporaryFolder();
        foreach (var config in new[] { "[]", "{}", "nothing", "{\"config\":[],\"history\":{},\"rootfs\":5}", "{\"history\":[1,null,{\"created\":\"never\",\"created_by\":7}],\"config\":{\"Env\":[1,null],\"Labels\":{\"a\":{\"b\":1}},\"Cmd\":\"one\"}}", $"{{\"a\":{new string('[', 5000)}" })
        {
            using var tree = new SyntheticTree(store.Path);
            var blob = Encoding.UTF8.GetBytes(config);
            tree.AddBlob(blob);
            var layer = new Descriptor(MediaType.OciLayerGzip, Digest.Sha256(blob), 1);
            tree.AddManifest("latest", MediaType.OciManifest, ImageManifest.Write(MediaType.OciManifest, new Descriptor(MediaType.OciConfig, Digest.Sha256(blob), blob.Length), [layer, layer]));
            var path = tree.Commit();
            await using var gateway = await RunningGateway.StartAsync(store.Path);
            var page = await Page.GetAsync(gateway, $"/image?name={path["/v2/".Length..]}:latest");
            Assert.True(page.Status == 200, config);
            Assert.Contains("2 layers, 1 B compressed", page.Text, StringComparison.Ordinal);
        }
    }
}
