using Image2Ipfs.Publisher.Archive;

namespace Image2Ipfs.Publisher.Images;

/// <summary>Recognises who wrote the input, and reads its images as that writer means them.</summary>
internal static class InputImages
{
    /// <exception cref="PublisherException">There is no image in it, or it is not whole.</exception>
    public static async Task<List<NamedManifest>> ReadAsync(ArchiveContents contents, CancellationToken cancel)
    {
        var images = await (Recognise(contents) ?? throw None(contents))(cancel).ConfigureAwait(false);
        return images.Count > 0 ? images : throw new PublisherException("the archive lists no image", "name one: 'docker save IMAGE'");
    }

    private static Func<CancellationToken, Task<List<NamedManifest>>>? Recognise(ArchiveContents contents)
    {
        if (contents.Contains(ManifestJson.Path))
        {
            if (IsObject(contents.Document(DirectoryTransport.Path)))
                return new DirectoryTransport(contents).ReadImagesAsync;
            // Whatever keeps manifests of its own is read by them: their digests are those that people know.
            var docker = new ManifestJson(contents);
            return contents.Contains(OciLayout.Path) && !docker.IsOfGraphDriver ? new OciLayout(contents).ReadImagesAsync : docker.ReadImagesAsync;
        }
        if (contents.Contains(OciLayout.Path))
            return new OciLayout(contents).ReadImagesAsync;
        if (contents.Contains(Repositories.Path) || contents.Paths.Any(p => p.EndsWith("/json", StringComparison.Ordinal)))
            return new Repositories(contents).ReadImagesAsync;
        return null;
    }

    private static bool IsObject(ReadOnlyMemory<byte> json) => json.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private static PublisherException None(ArchiveContents contents) => new(
        contents.Paths.Any() ? $"the input has none of {ManifestJson.Path}, {OciLayout.Path} and {Repositories.Path}: it holds no image" : "the input is empty",
        "pass what 'docker save IMAGE' writes, or an OCI image layout");
}
