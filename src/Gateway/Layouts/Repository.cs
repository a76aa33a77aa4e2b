using System.Collections.Concurrent;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>One name of a root, in whatever layout it lies: tags and their forms, and where the bytes are.</summary>
internal sealed class Repository
{
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    /// <summary>Tags that no list has are asked for one by one, and manifests are made for some: neither goes on without end.</summary>
    private const int MaxAdded = 256;

    private readonly ISource _source;
    private readonly Images _images;
    private readonly BlobSizes _sizes;
    private readonly Dictionary<Digest, MediaType> _forms = [];
    private readonly ConcurrentDictionary<Tag, Descriptor> _lateTags = [];
    private readonly ConcurrentDictionary<Digest, (MediaType Form, byte[] Bytes)> _added = [];

    public Repository(ISource source, Images images)
    {
        (_source, _images, _sizes) = (source, images, new BlobSizes(images.Index));
        Tags = images.Index
            .Where(d => Tag.TryParse(d.Name, out _))
            .GroupBy(d => Tag.Parse(d.Name!))
            .ToDictionary(g => g.Key, IReadOnlyList<Descriptor> (g) => [.. g]);
        foreach (var descriptor in images.Index)
            _forms.TryAdd(descriptor.Digest, descriptor.MediaType);
    }

    /// <summary>Whether all that is said of it hangs on the root's CID. What an upstream only says is not believed for ever.</summary>
    public bool IsProven => _source.IsProven;

    /// <summary>What it takes in memory, about: a digest and its place in a set.</summary>
    public long Bytes => 4096 + (256L * _forms.Count) + _images.Given.Values.Sum(m => (long)m.Length);

    /// <inheritdoc cref="ISource.Broken"/>
    public Exception Broken(string problem) => _source.Broken(problem);

    /// <summary>The forms of each tag's image.</summary>
    public IReadOnlyDictionary<Tag, IReadOnlyList<Descriptor>> Tags { get; }

    /// <returns>The forms of a tag's image, or null where there is no such tag.</returns>
    public async ValueTask<IReadOnlyList<Descriptor>?> FormsAsync(Tag tag, CancellationToken cancel)
    {
        if (Tags.TryGetValue(tag, out var forms))
            return forms;
        if (_lateTags.TryGetValue(tag, out var known))
            return [known];
        if (_added.Count >= MaxAdded
            || await FirstAsync(_images.Places.Tag(tag), place => _source.ReadAsync(place, MaxManifestBytes, ManifestFolder.IsManifest, cancel)).ConfigureAwait(false) is not { } bytes)
            return null;
        return [_lateTags[tag] = Add(Find.Manifests.FormOf(bytes), bytes)];
    }

    /// <summary>Makes a manifest known by its digest, as long as there is room.</summary>
    public Descriptor Add(MediaType form, byte[] bytes)
    {
        var digest = Digest.Sha256(bytes);
        if (_added.Count < MaxAdded)
            _added.TryAdd(digest, (form, bytes));
        return new Descriptor(form, digest, bytes.Length);
    }

    /// <returns>Every manifest that is known to lie here.</returns>
    public async ValueTask<IEnumerable<Digest>> ManifestsAsync(CancellationToken cancel)
    {
        var listed = _images.Places.ManifestFolder is { } folder ? await _source.ListAsync(folder, cancel).ConfigureAwait(false) ?? [] : [];
        return listed.Select(n => Digest.TryParse(n, out var digest) ? digest : default).Where(d => d.IsSha256).Concat(_images.Index.Select(d => d.Digest)).Distinct();
    }

    /// <summary>The form of a manifest that the index lists, or null for one that only another manifest names.</summary>
    public MediaType? FormOf(Digest digest) => _forms.TryGetValue(digest, out var form) ? form : _added.TryGetValue(digest, out var added) ? added.Form : null;

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

        Task<long?> Size() => _sizes.FindAsync(digest, m => ReadManifestAsync(m, MaxManifestBytes, cancel));
    }

    private byte[]? Given(Digest digest) =>
        _images.Given.GetValueOrDefault(digest) ?? _added.GetValueOrDefault(digest).Bytes;

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
}
