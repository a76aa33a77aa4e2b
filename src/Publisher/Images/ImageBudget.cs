namespace Image2Ipfs.Publisher.Images;

/// <summary>
/// What the images of one archive may need in all. A few MiB of JSON can list the same large configuration a hundred
/// thousand times, and every name of an image costs manifests of its own.
/// </summary>
internal sealed class ImageBudget
{
    /// <summary>Docker's own limit is 127 layers; aufs had 42.</summary>
    public const int MaxLayers = 1024;

    private const int MaxNames = 4096;
    private const int MaxConfigs = 64 * 1024 * 1024;

    private int _names;
    private long _configs;

    /// <exception cref="PublisherException">It is too much.</exception>
    public void Take(int names, int layers, int configBytes)
    {
        _names += Math.Max(names, 1);
        _configs += (long)Math.Max(names, 1) * configBytes;
        if (layers > MaxLayers)
            throw PublisherException.BadArchive($"an image of the archive has more than {MaxLayers} layers");
        if (_names > MaxNames)
            throw PublisherException.BadArchive($"the archive's images have more than {MaxNames} names");
        if (_configs > MaxConfigs)
            throw PublisherException.BadArchive($"the archive's image configurations have more than {MaxConfigs / 1024 / 1024} MiB, each counted once a name");
    }
}
