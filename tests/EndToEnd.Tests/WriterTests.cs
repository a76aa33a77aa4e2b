using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// What any client pulled and saved, in each format that it writes, is published and pulled by others: the same
/// configuration and layers, and where the format keeps manifests, the same manifest.
/// </summary>
public sealed class WriterTests(Site site)
{
    private const string Source = "ctr-2.1.9-multi-all.tar";
    private static readonly string[] Readers = ["docker 28.5 store", "containerd 2.1", "skopeo 1.22"];

    private static readonly (string Clients, string Formats)[] Writers =
    [
        ("docker 20.10 graph, docker 26.1 graph, docker 28.5 graph, docker 26.1 store, docker 28.5 store", "save"),
        ("containerd 1.6, containerd 1.7, containerd 2.1", "export"),
        ("skopeo 1.9, skopeo 1.18, skopeo 1.22", "oci-archive, docker-archive, oci, dir"),
        ("podman 4.3, podman 5.4, podman 5.8", "oci-archive, docker-archive, oci-dir, docker-dir"),
        ("buildah 1.28, buildah 1.39, buildah 1.43", "oci-archive, docker-archive"),
        ("crane", "tarball, legacy, oci"),
        ("oras", "oci-layout"),
    ];

    public static TheoryData<string, string> Formats =>
        [.. from writer in Writers from client in writer.Clients.Split(", ") from format in writer.Formats.Split(", ") select (client, format)];

    [EndToEndTheory]
    [MemberData(nameof(Formats))]
    public async Task What_a_client_saves_is_published_and_pulled_by_others(string client, string format)
    {
        var source = await site.PublishAsync(Source);
        var image = source.Image("oci");
        var writer = await site.ClientAsync(client);
        var path = site.NewPath("saved");
        await writer.SaveAsync(await site.ReferenceAsync(source, image, ":oci"), format, path);

        var published = await site.Publisher.PublishAsync(path, "--name", "saved", "--tag", "again");
        var again = published.Image("again");
        Assert.Equal(image.Here.Id, again.Here.Id);
        Assert.Equal(image.Here.Layers.Select(l => l.DiffId), again.Here.Layers.Select(l => l.DiffId));
        if (writer.KeepsManifests(format))
            Assert.Contains(again.Here.Manifests, m => image.Here.Manifests.Any(s => s.Digest == m.Digest));
        foreach (var reader in Readers)
            (await (await site.ClientAsync(reader)).PullAsync(await site.ReferenceAsync(published, again, ":again"))).AssertIs(again);
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.All), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_its_platform_of_several(string client)
    {
        var source = await site.PublishAsync(Source);
        var image = source.Image("oci");
        Assert.Equal(["linux/amd64", "linux/arm64/v8"], image.Platforms!.Select(p => p.Platform));
        (await (await site.ClientAsync(client)).PullAsync(await site.ReferenceAsync(source, image, ":oci"))).AssertIs(image);
    }

    [EndToEndFact]
    public async Task A_copy_of_all_platforms_has_the_same_root()
    {
        var source = await site.PublishAsync(Source);
        var layout = site.NewPath("layout");
        var skopeo = (Skopeo)await site.ClientAsync("skopeo 1.22");
        await skopeo.RunCommandAsync("copy", "--quiet", "--all", "--src-tls-verify=false", $"docker://{await site.ReferenceAsync(source, source.Image("oci"), ":oci")}", $"oci:{layout}:oci");
        var again = await site.Publisher.PublishAsync(layout, "--name", source.Image("oci").Name);
        Assert.Equal(source.Root, again.Root);
    }

    /// <summary>A signature or an SBOM that oras attached to an image is there when the image is published and pulled elsewhere.</summary>
    [EndToEndFact]
    public async Task What_refers_to_an_image_travels_with_it()
    {
        var oras = (Oras)await site.ClientAsync("oras");
        var source = await site.PublishAsync(Source);
        var layout = site.NewPath("layout");
        await oras.SaveAsync(await site.ReferenceAsync(source, source.Image("oci"), ":oci"), "oci-layout", layout);
        var file = site.NewPath("sbom.json");
        await File.WriteAllTextAsync(file, """{"spdxVersion":"SPDX-2.3"}""");
        await oras.RunCommandAsync("attach", "--oci-layout", $"{layout}:saved", "--artifact-type", "application/spdx+json", "--disable-path-validation", $"{file}:application/spdx+json");
        var referrers = JsonElement.Parse(await oras.RunCommandAsync("discover", "--oci-layout", "--format", "json", $"{layout}:saved"));
        var digest = referrers.GetProperty("referrers")[0].GetProperty("digest").GetString()!;

        var published = await site.Publisher.PublishAsync(layout, "--name", "signed");
        var manifest = await oras.RunCommandAsync("manifest", "fetch", "--plain-http", await site.ReferenceAsync(published, published.Image("saved"), $"@{digest}"));
        var json = JsonElement.Parse(manifest);
        Assert.Equal("application/spdx+json", json.GetProperty("artifactType").GetString());
        var blob = json.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        var content = await oras.RunCommandAsync("blob", "fetch", "--plain-http", "--output", "-", await site.ReferenceAsync(published, published.Image("saved"), $"@{blob}"));
        Assert.Equal(await File.ReadAllTextAsync(file), content.Trim());
    }
}
