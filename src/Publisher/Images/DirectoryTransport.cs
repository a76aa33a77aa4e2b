using System.Text.Json;
using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// The image of a folder that <c>skopeo copy … dir:FOLDER</c> wrote: <c>manifest.json</c> is its manifest or index,
/// <c>&lt;hex&gt;.manifest.json</c> the manifest of a platform, <c>&lt;hex&gt;</c> a configuration or layer. It has no name.
/// Source: containers/image, directory/directory_transport.go.
/// </summary>
internal sealed class DirectoryTransport(ArchiveContents contents)
{
    public const string Path = "manifest.json";

    /// <exception cref="PublisherException">The folder is not whole, or does not fit together.</exception>
    public async Task<List<NamedManifest>> ReadImagesAsync(CancellationToken cancel)
    {
        var bytes = contents.Document(Path);
        var top = new Descriptor(FormOf(bytes), Digest.Sha256(bytes.Span), bytes.Length);
        if (top.MediaType.IsSchema1)
            throw Manifests.OnlySchema1("folder");
        var manifests = new Manifests(contents, d => d == top.Digest ? Path : $"{d.Hex}.manifest.json", d => d.Hex);
        var manifest = await manifests.FindAsync(top, cancel).ConfigureAwait(false)
            ?? throw new PublisherException("the folder does not hold all that its manifest names", "copy the image again: 'skopeo copy … dir:FOLDER'");
        return [new NamedManifest([], manifest)];
    }

    private static MediaType FormOf(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var root = json.RootElement;
            if (root.TryGetProperty("mediaType", out var type) && type.GetString() is { Length: > 0 } text)
                return new MediaType(text);
            if (root.GetProperty("schemaVersion").GetInt32() == 1)
                return MediaType.Schema1;
            return root.TryGetProperty("manifests", out _) ? MediaType.OciIndex : MediaType.OciManifest;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw PublisherException.BadArchive($"the folder's {Path} cannot be read: {Printable.Text(e.Message)}", e);
        }
    }
}
