using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>One name of a root, in whatever layout it lies: tags and their forms, and where the bytes are.</summary>
internal sealed class Repository
{
    private readonly ISource _source;
    private readonly Images _images;
    private readonly IMemoryCache _cache;
    private readonly BlobSizes _sizes;
    private readonly Dictionary<Digest, MediaType> _forms = [];

    public Repository(ISource source, Images images, IMemoryCache cache)
    {
        (_source, _images, _cache, _sizes) = (source, images, cache, new BlobSizes(images.Index));
        Tags = images.Index
            .Where(d => Tag.TryParse(d.Name, out _))
            .GroupBy(d => Tag.Parse(d.Name!))
            .ToDictionary(g => g.Key, IReadOnlyList<Descriptor> (g) => [.. g]);
        foreach (var descriptor in images.Index)
            _forms.TryAdd(descriptor.Digest, descriptor.MediaType);
    }

    /// <summary>
    /// What is remembered of it in the cache is remembered under this: a key that had the repository itself would keep all of it in
    /// memory, which the cache counts only once.
    /// </summary>
    public object Key { get; } = new();

    /// <summary>Whether all that is said of it hangs on the root's CID. What an upstream only says is not believed for ever.</summary>
    public bool IsProven => _source.IsProven;

    /// <inheritdoc cref="Images.Bytes"/>
    public long Bytes => _images.Bytes;

    /// <inheritdoc cref="ISource.Broken"/>
    public Exception Broken(string problem) => _source.Broken(problem);

    /// <summary>The forms of each tag's image.</summary>
    public IReadOnlyDictionary<Tag, IReadOnlyList<Descriptor>> Tags { get; }

    /// <returns>The forms of a tag's image, or null where there is no such tag.</returns>
    public async ValueTask<IReadOnlyList<Descriptor>?> FormsAsync(Tag tag, CancellationToken cancel)
    {
        if (Tags.TryGetValue(tag, out var forms))
            return forms;
        if (_cache.TryGetValue((Key, tag), out Descriptor? known) && Added(known!.Digest) is not null)
            return [known];
        if (await FirstAsync(_images.Places.Tag(tag), place => _source.ReadAsync(place, ManifestFolder.MaxBytes, ManifestFolder.IsManifest, cancel)).ConfigureAwait(false) is not { } bytes)
            return null;
        return [_cache.Set((Key, tag), Add(Find.Manifests.FormOf(bytes), bytes), new MemoryCacheEntryOptions { Size = 1000 })];
    }

    /// <summary>Makes a manifest known by its digest: of a tag that no list has, or made of another one. It may be forgotten, and found or made again.</summary>
    public Descriptor Add(MediaType form, byte[] bytes)
    {
        var digest = Digest.Sha256(bytes);
        _cache.Set((Key, digest), new AddedManifest(form, bytes), new MemoryCacheEntryOptions { Size = bytes.Length + 500 });
        return new Descriptor(form, digest, bytes.Length);
    }

    /// <returns>Every manifest that is known to lie here.</returns>
    public async ValueTask<IEnumerable<Digest>> ManifestsAsync(CancellationToken cancel)
    {
        var listed = _images.Places.ManifestFolder is { } folder ? await _source.ListAsync(folder, cancel).ConfigureAwait(false) ?? [] : [];
        return listed.Select(n => Digest.TryParse(n, out var digest) ? digest : default).Where(d => d.IsSha256).Concat(_images.Index.Select(d => d.Digest)).Distinct();
    }

    /// <summary>The form of a manifest that the index lists, or null for one that only another manifest names.</summary>
    public MediaType? FormOf(Digest digest) => _forms.TryGetValue(digest, out var form) ? form : Added(digest)?.Form;

    /// <returns>The manifest's bytes, not yet checked against the digest, or null where the repository has none of it.</returns>
    public async ValueTask<byte[]?> ReadManifestAsync(Digest digest, int maxBytes, CancellationToken cancel)
    {
        var manifest = Given(digest)
            ?? await FirstAsync(Sha256Only(digest, _images.Places.Manifest), place => _source.ReadAsync(place, maxBytes, digest, cancel)).ConfigureAwait(false);
        if (manifest is not null && !_source.IsProven)
            _sizes.Note(digest, manifest);
        return manifest;
    }

    /// <returns>A configuration or layer (or a manifest, which some clients look for among the blobs), or null.</returns>
    public async ValueTask<(IBody Body, long Size)?> OpenBlobAsync(Digest digest, Wanted part, CancellationToken cancel)
    {
        if (Given(digest) is { } manifest)
            return (new MemoryBody(manifest), manifest.Length);
        var isPacked = _images.Packed.TryGetValue(digest, out var unpacked);
        var found = await FirstAsync(Sha256Only(digest, _images.Places.Blob), place => _source.OpenAsync(place, isPacked ? null : digest, part, Size, cancel)).ConfigureAwait(false);
        return found is var (body, size) && isPacked ? (new UnpackedBody(body, size, unpacked, digest), unpacked) : found;

        Task<long?> Size() => _sizes.FindAsync(digest, m => ReadManifestAsync(m, ManifestFolder.MaxBytes, cancel));
    }

    private byte[]? Given(Digest digest) =>
        _images.Given.GetValueOrDefault(digest) ?? Added(digest)?.Bytes;

    private AddedManifest? Added(Digest digest) => _cache.Get<AddedManifest>((Key, digest));

    /// <summary>Other digests could not be checked.</summary>
    private static IEnumerable<Place> Sha256Only(Digest digest, Func<Digest, IEnumerable<Place>> places) => digest.IsSha256 ? places(digest) : [];

    /// <summary>The first of the places where something lies.</summary>
    private static async ValueTask<T?> FirstAsync<T>(IEnumerable<Place> places, Func<Place, ValueTask<T?>> ask)
    {
        UpstreamsFailedException? refused = null;
        foreach (var place in places)
        {
            try
            {
                if (await ask(place).ConfigureAwait(false) is { } found)
                    return found;
            }
            catch (UpstreamsFailedException e) when (e.IsMaybeAbsent)
            {
                refused ??= e;
            }
        }
        return refused is null ? default : throw refused;
    }

    private sealed record AddedManifest(MediaType Form, byte[] Bytes);
}
