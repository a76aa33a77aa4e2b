using System.Text;
using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Pages;

/// <summary>
/// A Gateway with something for every part of the page: an image of two platforms with a signature, an image whose texts are hostile,
/// one of schema 1, an upstream, and pulls.
/// </summary>
public sealed class PageSite(Site site) : IAsyncDisposable
{
    private const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202e";

    private static readonly string[] Platforms = ["linux/amd64", "linux/arm64/v8", "windows/amd64"];

    private readonly TestLayout _layout = new();
    private readonly List<GatewayProcess> _gateways = [];

    public Uri Gateway => _gateways[0].Address;

    /// <summary>The repository with all of it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Every view of the page, and the status that it has.</summary>
    public IReadOnlyList<(string Path, int Status)> Views { get; private set; } = [];

    public async Task StartAsync()
    {
        if (_gateways.Count > 0)
            return;
        var (image, index, hostile) = (Image("linux/amd64", "the first"), Index(), Image("linux/amd64", Hostile));
        var signature = _layout.Referrer(index, "application/vnd.test.signature", [7]);
        _layout.List(index, "team/app:1.0").List(index, "team/app:latest").List(image, "team/app:amd").List(hostile, "team/app:hostile").List(signature).List(image, "team/other:1");
        var store = site.NewPath("store");
        var archive = site.NewPath("layout.tar");
        await File.WriteAllBytesAsync(archive, _layout.Tar());
        var published = await new PublisherProcess(store).PublishAsync(archive);
        await new PublisherProcess(store).PublishAsync(Vectors.File("archives", "docker-1.9.1.tar"));
        Name = $"{published.Root.Component}/team/app";

        var upstream = await GatewayProcess.StartAsync(site.NewPath("store"), $"--Gateway:Cache:Folder={site.NewPath("cache")}");
        _gateways.Add(await GatewayProcess.StartAsync(store, $"--Gateway:Cache:Folder={site.NewPath("cache")}", $"--IPFS_GATEWAY={upstream.Address}"));
        _gateways.Add(upstream);
        using var http = new HttpClient();
        foreach (var (tag, client) in new[] { ("1.0", "containerd/2.1.0"), ("none", "skopeo/1.18.0") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Gateway, $"/v2/{Name}/manifests/{tag}")) { Headers = { { "User-Agent", client }, { "Accept", MediaType.OciIndex.Value } } };
            using var response = await http.SendAsync(request);
        }
        Views =
        [
            ("/", 200), ("/?q=team", 200), ("/?q=nobody", 200), ($"/image?name={Name}", 200), ($"/image?name={Name}:1.0", 200), ($"/image?name={Name}:amd", 200), ($"/image?name={Name}:hostile", 200),
            ($"/image?name={Name}@{TestLayout.Digest(image)}", 200), ($"/image?name={Name}@{TestLayout.Digest(signature)}", 200), ($"/image?name={Name}@{published.Images.First(i => i.Tag == "amd").Manifest(MediaType.Schema1).Digest}", 200),
            ($"/image?name={Name}:none", 404), ("/image?name=%22%3E%3Cscript%3E", 400),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
            await gateway.DisposeAsync();
    }

    private JsonObject Index() => _layout.Index(
        Platforms.Select(p => TestLayout.With(Image(p, p), "platform", TestLayout.Platform(p))), null, ("annotations", TestLayout.Texts(("org.opencontainers.image.title", "An image"))));

    private JsonObject Image(string platform, string text)
    {
        var layers = Enumerable.Range(0, 3).Select(i => TestLayer.Gzip(TestImage.Layer($"{platform} {i}", new string('x', 1000 << (4 * i))))).ToList();
        var config = JsonNode.Parse(TestLayout.ConfigFor(platform, layers.Select(l => l.Content)))!.AsObject();
        var words = string.Join(' ', Enumerable.Repeat(text, 60));
        config["author"] = text;
        config["config"] = new JsonObject
        {
            ["Entrypoint"] = new JsonArray("/entry", text),
            ["Env"] = new JsonArray($"TEXT={text}", $"LONG={words}"),
            ["ExposedPorts"] = new JsonObject { ["80/tcp"] = new JsonObject() },
            ["Labels"] = new JsonObject { ["label.text"] = text, [$"a.very.long.label.that.{new string('w', 80)}"] = words },
        };
        config["history"] = new JsonArray(
            Step("ADD file in /"), Step($"ENV TEXT={text}", isEmpty: true), Step(words), Step($"/bin/sh -c {text}"));
        return _layout.Manifest(_layout.Blob(MediaType.OciConfig.Value, Encoding.UTF8.GetBytes(config.ToJsonString())), layers.Select(_layout.Layer), null, ("annotations", TestLayout.Texts(("test.text", text), ("test.long", words))));

        static JsonNode Step(string command, bool isEmpty = false)
        {
            var step = new JsonObject { ["created"] = "2026-01-01T00:00:00Z", ["created_by"] = command, ["comment"] = "made by a test" };
            if (isEmpty)
                step["empty_layer"] = true;
            return step;
        }
    }
}
