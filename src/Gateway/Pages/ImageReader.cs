using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Negotiate;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>Manifests and configurations for people, by the same way as a pull's, and checked as they are.</summary>
internal sealed class ImageReader(Manifests manifests, TimeProvider clock)
{
    /// <summary>Of a longer configuration only the blob is named.</summary>
    private const int MaxConfig = 4 * 1024 * 1024;

    private const int MaxLayers = 1000;
    private const int MaxChildren = 500;
    private const int AtOnce = 8;

    /// <returns>The manifest, or null where the repository has none of it.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="UpstreamsFailedException">The upstreams do not give it.</exception>
    public async ValueTask<SeenManifest?> ReadAsync(Repository repository, Digest digest, CancellationToken cancel)
    {
        var known = repository.FormOf(digest);
        if (await manifests.ReadAsync(repository, digest, cancel).ConfigureAwait(false) is not { } bytes || (known is null && !ManifestFolder.IsManifest(bytes)))
            return null;
        try
        {
            var form = known ?? Manifests.FormOf(bytes);
            var said = Referrer.TryRead(bytes, form, digest);
            var seen = new SeenManifest(digest, form, bytes.Length) { Annotations = said?.Descriptor.Annotations ?? new Dictionary<string, string>(), Subject = said?.Subject };
            return form.IsSchema1 ? ReadSchema1(seen, bytes)
                : form.IsIndex ? seen with { Children = [.. ImageIndex.Parse(bytes).Take(MaxChildren)], ArtifactType = said?.Descriptor.ArtifactType }
                : await ReadImageAsync(repository, seen, ImageManifest.Parse(bytes), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            throw repository.Broken($"manifest {digest} cannot be read: {e.Message}");
        }
    }

    /// <summary>The form of a tag's image that has most to show: an index before an image, and schema 1 last.</summary>
    public static Descriptor Choose(IReadOnlyList<Descriptor> forms) => forms.MinBy(f => f.MediaType.IsIndex ? 0 : f.MediaType.IsSchema1 ? 2 : 1)!;

    /// <summary>Of an index, the image that most people mean, or null: it has none.</summary>
    public static Descriptor? Choose(SeenManifest index) => Negotiation.InsteadOf(index.Children) ?? index.Children.FirstOrDefault(c => c.Platform is { Os: not "unknown" }) ?? (index.Children is [var first, ..] ? first : null);

    /// <summary>Several at the same time. What cannot be read, or not in this time, is null: the rest of the page is shown all the same.</summary>
    public async Task<IReadOnlyDictionary<Digest, SeenManifest>> ReadAsync(Repository repository, IEnumerable<Digest> digests, TimeSpan patience, CancellationToken aborted)
    {
        var seen = new Dictionary<Digest, SeenManifest>();
        using var time = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, aborted);
        foreach (var some in digests.Distinct().Chunk(AtOnce))
            foreach (var manifest in await Task.WhenAll(some.Select(d => TryAsync(d).AsTask())).ConfigureAwait(false))
                if (manifest is not null)
                    seen[manifest.Digest] = manifest;
        return seen;

        async ValueTask<SeenManifest?> TryAsync(Digest digest)
        {
            try
            {
                return either.IsCancellationRequested ? null : await ReadAsync(repository, digest, either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is UpstreamsFailedException or InvalidDataException or IOException or DeniedException || (e is OperationCanceledException && !aborted.IsCancellationRequested))
            {
                return null;
            }
        }
    }

    private static async ValueTask<SeenManifest> ReadImageAsync(Repository repository, SeenManifest seen, ImageManifest image, CancellationToken cancel)
    {
        var (config, problem) = IsConfig(image.Config.MediaType) ? await ReadConfigAsync(repository, image.Config, cancel).ConfigureAwait(false) : default;
        return seen with
        {
            Config = config,
            ConfigBlob = image.Config,
            ConfigProblem = problem,
            ArtifactType = IsConfig(image.Config.MediaType) ? null : image.ArtifactType,
            Layers = [.. SeenLayer.Align([.. image.Layers.Take(MaxLayers)], config?.Steps ?? [])],
        };
    }

    private static bool IsConfig(MediaType type) => type == MediaType.DockerConfig || type == MediaType.OciConfig;

    private static async ValueTask<(ConfigFacts? Config, string? Problem)> ReadConfigAsync(Repository repository, Descriptor config, CancellationToken cancel)
    {
        try
        {
            if (config.Size > MaxConfig)
                return (null, $"it has {Shown.Size(config.Size)}, which is too long for a page");
            if (await repository.OpenBlobAsync(config.Digest, Wanted.Whole, cancel).ConfigureAwait(false) is not var (body, size))
                return (null, "it is not there");
            using (body)
            {
                if (size > MaxConfig)
                    return (null, $"it has {Shown.Size(size)}, which is too long for a page");
                var bytes = await body.ReadAsync(0, (int)size, cancel).ConfigureAwait(false);
                return Digest.Sha256(bytes) == config.Digest ? (ConfigFacts.Read(bytes), null) : (null, "it has other bytes than its digest says");
            }
        }
        catch (FormatException e)
        {
            return (null, $"it cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is UpstreamsFailedException or InvalidDataException or IOException)
        {
            return (null, $"it cannot be had: {e.Message}");
        }
    }

    private static SeenManifest ReadSchema1(SeenManifest seen, byte[] bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        var layers = ConfigFacts.Elements(json.RootElement, "fsLayers").Take(MaxLayers).Select(l => Digest.Parse(ConfigFacts.Text(l, "blobSum") ?? ""));
        var history = ConfigFacts.Elements(json.RootElement, "history").Take(MaxLayers).Select(h => ConfigFacts.Text(h, "v1Compatibility") ?? "{}").ToList();
        // The top comes first, and has the configuration.
        return seen with
        {
            Config = history is [var top, ..] ? ConfigFacts.Read(Encoding.UTF8.GetBytes(top)) : null,
            Layers = [.. layers.Zip(history, (layer, v1) => Row(layer, v1)).Reverse()],
        };

        static SeenLayer Row(Digest layer, string v1)
        {
            using var json = JsonDocument.Parse(v1);
            var step = BuildStep.ReadSchema1(json.RootElement);
            return layer == Schema1.EmptyLayerDigest ? new SeenLayer(null, null, null, step with { IsEmpty = true }) : new SeenLayer(layer, null, null, step);
        }
    }
}
