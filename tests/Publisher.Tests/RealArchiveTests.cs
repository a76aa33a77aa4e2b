using System.Text.Json;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>The archives of tests/Vectors/archives, each as its writer wrote it.</summary>
public sealed class RealArchiveTests
{
    public static TheoryData<string> Plain => [.. ExpectedArchive.All.Where(a => !a.HasManifests && !a.IsHollow && a.Images.All(i => i.Compression.All(c => c == "none"))).Select(a => a.File)];

    public static TheoryData<string> Compressed => [.. ExpectedArchive.All.Where(a => !a.HasManifests && a.Images.Any(i => i.Compression.Any(c => c != "none"))).Select(a => a.File)];

    public static TheoryData<string> WithManifests => [.. ExpectedArchive.All.Where(a => a.HasManifests).Select(a => a.File)];

    public static TheoryData<string> Hollow => [.. ExpectedArchive.All.Where(a => a.IsHollow).Select(a => a.File)];

    [Fact]
    public void Every_archive_is_tested()
    {
        Assert.Equal(ExpectedArchive.All.Select(a => a.Path).Order(), Directory.GetFiles(Vectors.File("archives"), "*.tar").Order());
        Assert.Equal(ExpectedArchive.All.Count, Plain.Count + Compressed.Count + WithManifests.Count + Hollow.Count);
        Assert.Equal(3, Compressed.Count);
        Assert.Equal(2, Hollow.Count);
        Assert.True(WithManifests.Count >= 30);
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task An_archive_with_plain_layers_is_published(string file)
    {
        using var cli = new Cli();
        var archive = ExpectedArchive.All.Single(a => a.File == file);
        var outcome = (await cli.RunAsync(archive.Path)).Published();
        (await cli.RunAsync("verify")).Succeeded();

        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        var component = outcome.Root.ToRepositoryComponent();
        Assert.Equal(
            archive.Images.SelectMany(i => i.Names()).Select(n => $"localhost:5000/{component}/{n.Name}{(n.Tag == "latest" ? "" : $":{n.Tag}")}").Order(),
            outcome.Lines.Order());
        foreach (var image in archive.Images)
        {
            foreach (var (name, tag) in image.Names())
            {
                tree.CheckImage(name, tag);
                CheckConfig(tree, name, tag, image);
            }
        }
        foreach (var name in archive.Images.SelectMany(i => i.Names()).Select(n => n.Name).Distinct())
            CheckRepository(tree, archive, name);
    }

    private static void CheckConfig(PublishedTree tree, string name, string tag, ExpectedArchive.Image image)
    {
        var digest = tree.Json($"{name}/manifests/{tag}-v2").GetProperty("config").GetProperty("digest").GetString();
        var config = ImageConfig.Parse(tree.Files[$"{name}/blobs/{digest}"]);
        Assert.Equal(image.DiffIds, config.DiffIds.Select(d => d.ToString()));
        Assert.Equal(image.Platform, config.Platform.ToString());
        if (image.Config is not null)
            Assert.Equal(image.Config, digest);
        else
            Assert.Equal(image.DiffIds.Length, config.History.Count(h => !h.EmptyLayer));
    }

    /// <summary>Nothing but the images lies in a repository, every blob is in the store, and latest is there.</summary>
    private static void CheckRepository(PublishedTree tree, ExpectedArchive archive, string name)
    {
        var tags = archive.Images.SelectMany(i => i.Names()).Where(n => n.Name == name).Select(n => n.Tag).ToList();
        tree.CheckImage(name, "latest");
        if (!tags.Contains("latest"))
            foreach (var form in new[] { "-v2", "-oci" })
                Assert.Contains(tags, tag => tree.Files[$"{name}/manifests/latest{form}"].AsSpan().SequenceEqual(tree.Files[$"{name}/manifests/{tag}{form}"]));

        var manifests = tree.Files.Keys.Where(p => p.StartsWith($"{name}/manifests/", StringComparison.Ordinal)).Select(p => p[$"{name}/manifests/".Length..]);
        Assert.Equal(
            tags.Append("latest").Distinct().SelectMany(t => new[] { $"{t}-oci", $"{t}-v1", $"{t}-v2" }).Append("latest").Order(StringComparer.Ordinal),
            manifests.Where(m => !m.StartsWith("sha256:", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        foreach (var (path, content) in tree.Files.Where(f => f.Key.StartsWith($"{name}/", StringComparison.Ordinal) && f.Key.Contains("sha256", StringComparison.Ordinal)))
            Assert.EndsWith(Digest.Sha256(content).Hex, path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_image_has_one_root_whichever_Docker_saved_it()
    {
        using var cli = new Cli();
        var roots = new List<string>();
        foreach (var archive in ExpectedArchive.All.Where(a => Plain.Any(p => p.Data == a.File) && a.Images is [{ Config: not null } image] && image.Names().SequenceEqual([("t/tiny", "s2")])))
            roots.Add((await cli.RunAsync(archive.Path, "-n")).Published().Output);
        Assert.True(roots.Count >= 9);
        Assert.Single(roots.Distinct());
    }

    [Theory]
    [MemberData(nameof(Compressed))]
    public async Task Layers_that_are_compressed_stay_byte_for_byte(string file)
    {
        using var cli = new Cli();
        var archive = ExpectedArchive.All.Single(a => a.File == file);
        var outcome = (await cli.RunAsync(archive.Path)).Published();
        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        foreach (var image in archive.Images)
        {
            var (name, tag) = Assert.Single(image.Names());
            var hasZstd = image.Compression.Contains("zstd");
            Assert.Equal(hasZstd, !tree.Files.ContainsKey($"{name}/manifests/{tag}-v2"));
            Assert.Equal(hasZstd, !tree.Files.ContainsKey($"{name}/manifests/{tag}-v1"));
            tree.CheckForm(name, tag, MediaType.OciManifest);
            if (!hasZstd)
                tree.CheckImage(name, tag);
            var manifest = tree.Json($"{name}/manifests/{tag}-oci");
            Assert.Equal(image.Config, manifest.GetProperty("config").GetProperty("digest").GetString());
            Assert.Equal(image.Layers, manifest.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("digest").GetString()));
            Assert.Equal(image.Compression, manifest.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("mediaType").GetString()!.Split('+')[1]));
        }
    }

    /// <summary>The digests that people signed and pinned are those of the tree.</summary>
    [Theory]
    [MemberData(nameof(WithManifests))]
    public async Task Manifests_of_the_source_keep_their_digests_and_the_other_forms_are_derived(string file)
    {
        using var cli = new Cli();
        var archive = ExpectedArchive.All.Single(a => a.File == file);
        var outcome = (await cli.RunAsync(archive.Path)).Published();
        (await cli.RunAsync("verify")).Succeeded();
        var tree = await PublishedTree.ExportAsync(cli, outcome.Root);
        foreach (var image in archive.Images)
        {
            var manifest = Assert.Single(tree.Files, f => f.Key.EndsWith($"/manifests/{image.Manifest}", StringComparison.Ordinal));
            var name = manifest.Key[..manifest.Key.IndexOf("/manifests/", StringComparison.Ordinal)];
            Assert.Equal(manifest.Value, tree.Files[$"{name}/blobs/sha256/{image.Manifest!["sha256:".Length..]}"]);
            var json = JsonElement.Parse(manifest.Value);
            Assert.Equal(image.Config, json.GetProperty("config").GetProperty("digest").GetString());
            Assert.Equal(image.Layers, json.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("digest").GetString()));
            foreach (var digest in image.Layers.Append(image.Config!))
                Assert.Equal(digest, Digest.Sha256(tree.Files[$"{name}/blobs/{digest}"]).ToString());

            var tags = TagsOf(tree, name);
            Assert.Contains("latest", tags);
            foreach (var tag in tags)
                CheckForms(tree, name, tag, archive.Images.Any(i => i.Compression.Contains("zstd")));
            if (image is { IsAttestation: false, Tags: [['1' or 'd', ..], ..] })
                Assert.All(image.Names(), n => Assert.Equal((name, true), (n.Name, tags.Contains(n.Tag))));
        }
    }

    private static List<string> TagsOf(PublishedTree tree, string name) =>
        [.. ImageIndex.Parse(tree.Files[$"{name}/index.json"]).Select(d => d.Name).OfType<string>().Distinct()];

    /// <summary>An index, or an image, in both families where both can say it.</summary>
    private static void CheckForms(PublishedTree tree, string name, string tag, bool hasZstd)
    {
        var entries = ImageIndex.Parse(tree.Files[$"{name}/index.json"]).Where(d => d.Name == tag).ToList();
        var original = Assert.Single(entries, e => e.Annotations is not null);
        Assert.Equal("true", original.Annotations!["image2ipfs.original"]);
        if (!original.MediaType.IsIndex)
        {
            tree.CheckForm(name, tag, MediaType.OciManifest);
            if (hasZstd)
                Assert.DoesNotContain($"{name}/manifests/{tag}-v2", tree.Files.Keys);
            else
                tree.CheckImage(name, tag);
            return;
        }
        var (oci, docker) = (ImageIndex.Parse(tree.Files[$"{name}/manifests/{tag}-oci"]), ImageIndex.Parse(tree.Files[$"{name}/manifests/{tag}-v2"]));
        Assert.DoesNotContain($"{name}/manifests/{tag}-v1", tree.Files.Keys);
        var images = oci.Where(d => d.Platform is not { Os: "unknown" } && tree.Files.ContainsKey($"{name}/manifests/{d.Digest}")).ToList();
        Assert.Equal(images.Select(d => d.Platform), docker.Select(d => d.Platform));
        foreach (var (one, other) in images.Zip(docker))
        {
            Assert.Equal(MediaType.Schema2, other.MediaType);
            var (a, b) = (tree.Json($"{name}/manifests/{one.Digest}"), tree.Json($"{name}/manifests/{other.Digest}"));
            Assert.Equal(Digests(a), Digests(b));
        }

        static List<string?> Digests(JsonElement manifest) =>
            [manifest.GetProperty("config").GetProperty("digest").GetString(), .. manifest.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("digest").GetString())];
    }

    [Theory]
    [MemberData(nameof(Hollow))]
    public async Task An_archive_that_names_what_it_does_not_hold_is_an_error_and_leaves_the_store(string file)
    {
        using var cli = new Cli();
        var path = Vectors.File("archives", file);
        Assert.Contains("does not hold all of it", (await cli.RunAsync(path)).FailedWithHint().Error, StringComparison.Ordinal);
        Assert.Empty(cli.Listing());

        (await cli.RunAsync(Vectors.File("archives", "docker-20.10.24.tar"))).Published();
        var before = cli.Listing();
        (await cli.RunAsync(path)).FailedWithHint();
        Assert.Equal(before, cli.Listing());
    }
}
