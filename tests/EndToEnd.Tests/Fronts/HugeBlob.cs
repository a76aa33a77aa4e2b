using System.Formats.Tar;
using System.Text;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>An image with a layer of 200 MB, published once.</summary>
internal sealed record HugeBlob(string Root, string Name, string Digest, long Size, string Small)
{
    private const int Bytes = 200_000_000;

    private static HugeBlob? _published;

    public string Path => $"/v2/{Root}/{Name}/blobs/{Digest}";

    public static async Task<HugeBlob> OfAsync(Site site)
    {
        if (_published is not null)
            return _published;
        var archive = site.NewPath("huge.tar");
        await WriteAsync(archive);
        var published = await site.Publisher.PublishAsync(archive, "--compression", "none");
        File.Delete(archive);
        var (image, layer) = (published.Images.Single(), published.Images.Single().Layers.Single());
        return _published = new HugeBlob(published.Root.Component, image.Name, layer.Digest, layer.Size, image.Id);
    }

    private static async Task WriteAsync(string archive)
    {
        var content = new byte[Bytes];
#pragma warning disable CA5394 // Random is not for secrets: it is to give the same bytes each time.
        new Random(7).NextBytes(content);
#pragma warning restore CA5394
        using var layer = new MemoryStream();
        await using (var tar = new TarWriter(layer, TarEntryFormat.Ustar, leaveOpen: true))
            await AddAsync(tar, "huge", content);
        var bytes = layer.ToArray();
        await using var images = new TarWriter(File.Create(archive), TarEntryFormat.Ustar);
        await AddAsync(images, "0/layer.tar", bytes);
        await AddAsync(images, "config.json", Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{},"history":[{"created_by":"one"}],"rootfs":{"type":"layers","diff_ids":["{{{Runtimes.PulledImage.DigestOf(bytes)}}}"]}}"""));
        await AddAsync(images, "manifest.json", """[{"Config":"config.json","RepoTags":["team/huge:1"],"Layers":["0/layer.tar"]}]"""u8.ToArray());
    }

    private static Task AddAsync(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
}
