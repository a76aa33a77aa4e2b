using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Every repository's folder below a root is an OCI image layout.</summary>
public sealed class LayoutTests(Site site)
{
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Skopeo), MemberType = typeof(ClientNames))]
    public async Task Skopeo_copies_every_image_out_of_the_published_folder_byte_for_byte(string client)
    {
        var folder = site.NewPath("tree");
        var published = await site.Publisher.PublishAsync(Vectors.File("archives", "docker-20.10.24-two.tar"), "--to", $"dir:{folder}");
        var skopeo = (Skopeo)await site.ClientAsync(client);
        foreach (var image in published.Images)
        {
            await skopeo.ForgetAsync();
            var copied = await skopeo.CopyAsync($"oci:{folder}/{image.Name}:{image.Tag}");
            Assert.Equal(image.Manifest(MediaType.OciManifest).Digest, copied.Manifest);
            copied.AssertIs(image);
        }
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Skopeo), MemberType = typeof(ClientNames))]
    public async Task Skopeo_finds_the_first_image_as_latest(string client)
    {
        var folder = site.NewPath("tree");
        var published = await site.Publisher.PublishAsync(Vectors.File("archives", "docker-20.10.24.tar"), "--to", $"dir:{folder}");
        var skopeo = (Skopeo)await site.ClientAsync(client);
        var image = published.Image("s2");
        (await skopeo.CopyAsync($"oci:{folder}/{image.Name}:latest")).AssertIs(image);
    }
}
