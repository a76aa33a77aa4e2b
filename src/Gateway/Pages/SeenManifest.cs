using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>What the page shows of a manifest.</summary>
internal sealed record SeenManifest(Digest Digest, MediaType Form, long Size)
{
    /// <summary>Of an index: the manifests that it lists.</summary>
    public IReadOnlyList<Descriptor> Children { get; init; } = [];

    /// <summary>Null where there is none, or nobody can read it.</summary>
    public ConfigFacts? Config { get; init; }

    public Descriptor? ConfigBlob { get; init; }

    /// <summary>Why there is no <see cref="Config"/>, or null.</summary>
    public string? ConfigProblem { get; init; }

    /// <summary>Base first, in the order of the build.</summary>
    public IReadOnlyList<SeenLayer> Layers { get; init; } = [];

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>What it says that it is, if it is no image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The manifest that it speaks of.</summary>
    public Digest? Subject { get; init; }

    /// <summary>What a client fetches, or null where it is not said.</summary>
    public long? Bytes => Layers.Any(l => l is { Blob: not null, Size: null }) || Layers.Count == 0 ? null : LayerBytes + (ConfigBlob?.Size ?? 0);

    /// <summary>A layer that is there twice is fetched once.</summary>
    public long LayerBytes => Layers.Where(l => l.Blob is not null).DistinctBy(l => l.Blob).Sum(l => l.Size ?? 0);
}

/// <summary>A layer, the step that made it, or both.</summary>
/// <param name="Blob">Null where the step made none.</param>
/// <param name="Size">As it is fetched; schema 1 does not say it.</param>
internal sealed record SeenLayer(Digest? Blob, long? Size, MediaType? Type, BuildStep? Step)
{
    /// <summary>Steps and layers side by side, as far as they go together.</summary>
    public static IReadOnlyList<SeenLayer> Align(IReadOnlyList<Descriptor> layers, IReadOnlyList<BuildStep> steps)
    {
        var rows = new List<SeenLayer>();
        var next = 0;
        // A history that counts otherwise would put commands beside layers that they did not make.
        var fits = steps.Count(s => !s.IsEmpty) == layers.Count;
        foreach (var step in fits ? steps : [])
            rows.Add(step.IsEmpty ? new SeenLayer(null, null, null, step) : Of(layers[next++], step));
        foreach (var layer in layers.Skip(next))
            rows.Add(Of(layer, null));
        return rows;
    }

    private static SeenLayer Of(Descriptor layer, BuildStep? step) => new(layer.Digest, layer.Size, layer.MediaType, step);
}
