using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>The publisher puts an archive into the store, the Gateway serves it, a real client pulls it.</summary>
public sealed class PullTests(Site site)
{
    private const string OneImage = "docker-20.10.24.tar";
    private const string ThreeImages = "docker-20.10.24-two.tar";

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.All), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_by_tag_what_was_published(string client)
    {
        var published = await site.PublishAsync(OneImage);
        var image = published.Image("s2");
        await PullAsync(client, image, await site.ReferenceAsync(published, image, ":s2"));
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.Running), MemberType = typeof(ClientNames))]
    public async Task A_pulled_image_runs(string client)
    {
        var published = await site.PublishAsync(OneImage);
        var image = published.Image("s2");
        var reference = await site.ReferenceAsync(published, image, ":s2");
        var runtime = await site.ClientAsync(client);
        await runtime.PullAsync(reference);
        Assert.Equal("hello from tiny", (await runtime.RunAsync(reference)).Trim());
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.All), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_by_digest(string client)
    {
        var published = await site.PublishAsync(OneImage);
        var image = published.Image("s2");
        await PullAsync(client, image, await site.ReferenceAsync(published, image, $"@{image.Manifest(MediaType.Schema2).Digest}"));
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.All), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_the_OCI_form_by_its_digest(string client)
    {
        var published = await site.PublishAsync(OneImage);
        var image = published.Image("s2");
        await PullAsync(client, image, await site.ReferenceAsync(published, image, $"@{image.Manifest(MediaType.OciManifest).Digest}"));
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.AddingLatest), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_the_first_image_without_a_tag(string client)
    {
        var published = await site.PublishAsync(OneImage);
        var image = published.Image("s2");
        await PullAsync(client, image, await site.ReferenceAsync(published, image, ""));
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.All), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_every_image_of_an_archive_that_holds_several(string client)
    {
        var published = await site.PublishAsync(ThreeImages);
        Assert.Equal(3, published.Images.Select(i => i.Id).Distinct().Count());
        foreach (var image in published.Images)
            await PullAsync(client, image, await site.ReferenceAsync(published, image, $":{image.Tag}"));
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.All), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_by_every_text_form_of_the_root(string client)
    {
        var published = await site.PublishAsync(OneImage);
        var image = published.Image("s2");
        foreach (var root in new[] { published.Root.Base32, published.Root.Base36, published.Root.Base16 })
            await PullAsync(client, image, await site.ReferenceAsync(published, image, ":s2", root));
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.NewestByCompression), MemberType = typeof(ClientNames))]
    public async Task A_client_pulls_layers_of_every_compression(string client, string compression)
    {
        var published = await site.PublishAsync(OneImage, "--compression", compression);
        var image = published.Image("s2");
        // Its digest is of the stored bytes.
        Assert.Equal(compression == "none", image.Layers.All(l => l.Digest == l.DiffId));
        var reference = await site.ReferenceAsync(published, image, ":s2");
        var runtime = await site.ClientAsync(client);
        (await runtime.PullAsync(reference)).AssertIs(image);
        if (ClientNames.Running.Any(row => row.Data == client))
            Assert.Equal("hello from tiny", (await runtime.RunAsync(reference)).Trim());
    }

    private async Task PullAsync(string client, PublishedImage image, string reference) =>
        (await (await site.ClientAsync(client)).PullAsync(reference)).AssertIs(image);
}
