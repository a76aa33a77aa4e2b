using System.Buffers.Binary;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// Repairs the images of image2ipfs 0.1.0, which compressed layers and named them by the digest that they had before: no
/// client accepts those. Unpacked they are what their digests name, and clients take a plain tar under any layer type. Only
/// the sizes in the manifest are wrong then, so the manifest is written anew, with a digest of its own.
/// </summary>
internal static class UnpackedLayers
{
    private const int MaxConfigBytes = 4 * 1024 * 1024;

    /// <returns>The same images, or what becomes of them.</returns>
    public static async ValueTask<Images> RepairAsync(ISource source, Images images, CancellationToken cancel)
    {
        // Without proof of what the compressed bytes are, nothing could be checked before it is sent.
        if (!source.IsProven)
            return images;
        var packed = new Dictionary<Digest, long>();
        var given = images.Given.ToDictionary();
        var index = new List<Descriptor>();
        foreach (var entry in images.Index)
        {
            index.Add(entry);
            if (entry.MediaType != MediaType.Schema2 || !TryParse(given[entry.Digest], out var manifest))
                continue;
            foreach (var layer in await SuspectsAsync(source, images, manifest, cancel).ConfigureAwait(false))
            {
                if (!packed.ContainsKey(layer) && await UnpackedSizeAsync(source, images, layer, cancel).ConfigureAwait(false) is { } size)
                    packed[layer] = size;
            }
            if (!manifest.Layers.Any(l => packed.ContainsKey(l.Digest)))
                continue;
            var repaired = ImageManifest.Write(MediaType.Schema2, manifest.Config, manifest.Layers.Select(l => packed.TryGetValue(l.Digest, out var size) ? l with { Size = size } : l));
            given.Remove(entry.Digest);
            index[^1] = entry with { Digest = Digest.Sha256(repaired), Size = repaired.Length };
            given[index[^1].Digest] = repaired;
        }
        return packed.Count == 0 ? images : images with { Index = index, Given = given, Packed = packed };
    }

    /// <summary>Layers that are named as they are called unpacked: no gzip has the digest of its content.</summary>
    private static async ValueTask<IReadOnlyList<Digest>> SuspectsAsync(ISource source, Images images, ImageManifest manifest, CancellationToken cancel)
    {
        foreach (var place in images.Places.Blob(manifest.Config.Digest))
        {
            if (await source.ReadAsync(place, MaxConfigBytes, manifest.Config.Digest, cancel).ConfigureAwait(false) is not { } bytes)
                continue;
            try
            {
                var diffIds = ImageConfig.Parse(bytes).DiffIds.ToHashSet();
                return [.. manifest.Layers.Where(l => l.MediaType == MediaType.DockerLayerGzip && diffIds.Contains(l.Digest)).Select(l => l.Digest).Distinct()];
            }
            catch (FormatException)
            {
                break;
            }
        }
        return [];
    }

    /// <returns>The bytes that it has unpacked, as the end of a gzip file says them, or null: it is no gzip file.</returns>
    private static async ValueTask<long?> UnpackedSizeAsync(ISource source, Images images, Digest layer, CancellationToken cancel)
    {
        const int Trailer = 8;
        foreach (var place in images.Places.Blob(layer))
        {
            if (await source.OpenAsync(place, null, Wanted.Part, () => Task.FromResult<long?>(null), cancel).ConfigureAwait(false) is not var (body, size))
                continue;
            using (body)
            {
                if (size < 2 + Trailer || await body.ReadAsync(0, 2, cancel).ConfigureAwait(false) is not [0x1F, 0x8B])
                    return null;
                // Four bytes hold the size modulo 2^32. Nearly no layer is shorter than its gzip file.
                long unpacked = BinaryPrimitives.ReadUInt32LittleEndian(await body.ReadAsync(size - 4, 4, cancel).ConfigureAwait(false));
                while (unpacked < size - 1024)
                    unpacked += 1L << 32;
                return unpacked;
            }
        }
        return null;
    }

    private static bool TryParse(byte[] bytes, out ImageManifest manifest)
    {
        try
        {
            manifest = ImageManifest.Parse(bytes);
            return true;
        }
        catch (FormatException)
        {
            manifest = null!;
            return false;
        }
    }
}
