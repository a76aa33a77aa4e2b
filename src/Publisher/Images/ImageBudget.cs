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
    private const int MaxBytes = 256 * 1024 * 1024;

    private int _names;
    private long _bytes;

    /// <param name="names">How many names something has.</param>
    /// <param name="bytes">How long its manifests and configurations are.</param>
    /// <exception cref="PublisherException">It is too much.</exception>
    public void Take(int names, long bytes)
    {
        _names += Math.Max(names, 1);
        _bytes += Math.Max(names, 1) * bytes;
        if (_names > MaxNames)
            throw PublisherException.BadArchive($"the archive's images have more than {MaxNames} names");
        if (_bytes > MaxBytes)
            throw PublisherException.BadArchive($"the archive's manifests and configurations have more than {MaxBytes / 1024 / 1024} MiB, each counted once a name");
    }

    /// <exception cref="PublisherException">No image has so many.</exception>
    public static void CheckLayers(int layers)
    {
        if (layers > MaxLayers)
            throw PublisherException.BadArchive($"an image of the archive has more than {MaxLayers} layers");
    }
}
