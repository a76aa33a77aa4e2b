using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Negotiate;

/// <summary>
/// Makes the schema 1 manifest of an image that was published without one, for the clients that read nothing else; of several
/// platforms, that of <see cref="Negotiation.InsteadOf"/>.
/// </summary>
internal sealed class Schema1Conversion(Manifests manifests, IMemoryCache cache)
{
    /// <param name="repository">Where the image lies; it knows the new manifest by its digest from then on.</param>
    /// <param name="name">What the manifest calls it.</param>
    /// <param name="tag">The image's tag.</param>
    /// <param name="forms">The forms that it has.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The new manifest, or null where schema 1 cannot say what the image is.</returns>
    public async ValueTask<byte[]?> TryConvertAsync(Repository repository, RepositoryName name, Tag tag, IReadOnlyList<Descriptor> forms, CancellationToken cancel)
    {
        // A configuration may have megabytes, and such a client may come again.
        var key = (typeof(Schema1Conversion), repository.Key, name, tag);
        if (!cache.TryGetValue(key, out byte[]? made) && (made = await MakeAsync(repository, name, tag, forms, cancel).ConfigureAwait(false)) is not null)
            cache.Set(key, made, new MemoryCacheEntryOptions { Size = made.Length + 500 });
        if (made is not null)
            repository.Add(MediaType.Schema1, made);
        return made;
    }

    private async ValueTask<byte[]?> MakeAsync(Repository repository, RepositoryName name, Tag tag, IReadOnlyList<Descriptor> forms, CancellationToken cancel)
    {
        foreach (var form in forms)
        {
            if (form.MediaType.IsSchema1 || await manifests.ReadAsync(repository, form.Digest, cancel).ConfigureAwait(false) is not { } bytes)
                continue;
            try
            {
                if (form.MediaType.IsIndex)
                {
                    if (Negotiation.InsteadOf(ImageIndex.Parse(bytes)) is not { } child
                        || await manifests.ReadAsync(repository, child.Digest, cancel).ConfigureAwait(false) is not { } image)
                        continue;
                    bytes = image;
                }
                if (await ConvertAsync(repository, name, tag, ImageManifest.Parse(bytes), cancel).ConfigureAwait(false) is { } payload)
                    return payload;
            }
            catch (FormatException)
            {
                // An artifact, or a form that is broken: the others may be better.
            }
        }
        return null;
    }

    private static async ValueTask<byte[]?> ConvertAsync(Repository repository, RepositoryName name, Tag tag, ImageManifest image, CancellationToken cancel)
    {
        // Its readers know gzip alone.
        if (!image.Layers.All(l => LayerType.Of(l.MediaType) == LayerType.Gzip)
            || await repository.OpenBlobAsync(image.Config.Digest, Wanted.Whole, cancel).ConfigureAwait(false) is not var (body, size))
            return null;
        using (body)
        {
            return size > ImageConfig.MaxBytes ? null : Schema1.TryWritePayload(
                name, tag, ImageConfig.Parse(await body.ReadAsync(0, (int)size, cancel).ConfigureAwait(false)), [.. image.Layers.Select(l => l.Digest)]);
        }
    }
}
