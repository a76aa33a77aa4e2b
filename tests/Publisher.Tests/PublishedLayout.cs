using System.Text.Json.Nodes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>A layout that was published, and the tree that it became.</summary>
internal sealed record PublishedLayout(TestLayout Layout, Outcome Outcome, PublishedTree Tree)
{
    public static Task<PublishedLayout> OfAsync(TestLayout layout, params string[] arguments) => OfAsync(layout, layout.Tar(), arguments);

    public static async Task<PublishedLayout> OfAsync(TestLayout layout, byte[] archive, params string[] arguments)
    {
        using var cli = new Cli();
        var outcome = (await cli.PublishAsync(archive, arguments)).Published();
        (await cli.RunAsync("verify")).Succeeded();
        return new PublishedLayout(layout, outcome, await PublishedTree.ExportAsync(cli, outcome.Root));
    }

    /// <summary>What can be pulled, without registry and root.</summary>
    public IReadOnlyList<string> Names => [.. Outcome.Lines.Select(l => l.Split('/', 3)[2])];

    /// <summary>The repository, where there is one.</summary>
    public string Name => Assert.Single(Names.Select(n => n.Split(':')[0]).Distinct());

    public IReadOnlyList<Descriptor> Index(string? name = null) => ImageIndex.Parse(Tree.Files[$"{name ?? Name}/index.json"]);

    /// <summary>The tag's form that is the source's own.</summary>
    public Descriptor Original(string tag, string? name = null) => Assert.Single(Index(name), d => d.Name == tag && TreePaths.IsOriginal(d));

    public byte[] Manifest(string tag, string suffix, string? name = null) => Tree.Files[$"{name ?? Name}/manifests/{tag}-{suffix}"];

    public bool Has(string tag, string suffix) => Tree.Files.ContainsKey($"{Name}/manifests/{tag}-{suffix}");

    /// <summary>The manifest is there byte for byte, and all below it that the layout has.</summary>
    public void Holds(JsonObject manifest, string? name = null)
    {
        name ??= Name;
        var digest = TestLayout.Digest(manifest);
        Assert.Equal(Layout[manifest], Tree.Files[$"{name}/manifests/{digest}"]);
        Assert.Equal(Layout[manifest], Tree.Files[$"{name}/{TestLayout.PathOf(manifest)}"]);
        var json = JsonNode.Parse(Layout[manifest])!.AsObject();
        foreach (var below in json["manifests"]?.AsArray() ?? [])
        {
            if (Layout.Files.ContainsKey(TestLayout.PathOf(below!.AsObject())))
                Holds(below.AsObject(), name);
        }
        foreach (var blob in (json["layers"]?.AsArray() ?? []).Append(json["config"]).OfType<JsonObject>().Where(b => Layout.Files.ContainsKey(TestLayout.PathOf(b))))
        {
            Assert.Equal(Layout[blob], Tree.Files[$"{name}/blobs/{TestLayout.Digest(blob)}"]);
            Assert.Equal(Layout[blob], Tree.Files[$"{name}/{TestLayout.PathOf(blob)}"]);
        }
    }

    public bool Knows(JsonObject manifest) => Tree.Files.Keys.Any(p => p.EndsWith(TestLayout.Digest(manifest), StringComparison.Ordinal));
}
