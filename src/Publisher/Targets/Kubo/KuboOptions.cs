using System.Text;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>What a node is to do with a root beside pinning it, and how long it may take.</summary>
internal sealed record KuboOptions
{
    public const int DefaultTimeoutSeconds = 300;

    /// <summary>Kubo takes no longer one.</summary>
    private const int MaxPinNameBytes = 255;

    /// <summary>The name of the pin; <c>ipfs pin ls --names</c> shows it.</summary>
    public string? PinName { get; private init; }

    /// <summary>Where the root is to lie in the node's own file system (MFS).</summary>
    public string? MfsPath { get; private init; }

    /// <summary>The name of the node's key under which the root is to be published.</summary>
    public string? IpnsKey { get; private init; }

    /// <summary>
    /// How long nothing may happen: no byte of the upload taken, none of the answer given. An import is walked through
    /// before it is answered, which takes minutes where an image is large and the node's disk slow.
    /// </summary>
    public TimeSpan Silence { get; private init; } = TimeSpan.FromSeconds(DefaultTimeoutSeconds);

    /// <summary>The pause before the second attempt; each one after it is twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <exception cref="FormatException">One of them makes no sense.</exception>
    public static KuboOptions Of(string? pinName, string? mfsPath, string? ipnsKey, TimeSpan silence)
    {
        if (pinName is "" || (pinName is not null && Encoding.UTF8.GetByteCount(pinName) > MaxPinNameBytes))
            throw new FormatException($"a pin's name has 1 to {MaxPinNameBytes} bytes");
        if (ipnsKey is "")
            throw new FormatException("the name of a key is not empty; the node's own key is called self");
        return new KuboOptions { PinName = pinName, MfsPath = mfsPath is null ? null : CheckedPath(mfsPath), IpnsKey = ipnsKey, Silence = silence };
    }

    private static string CheckedPath(string path)
    {
        var trimmed = path.TrimEnd('/');
        // Whatever lies there is replaced: all of the node's files is not meant.
        if (trimmed is not ['/', _, ..] || trimmed[1..].Split('/').Any(c => c is "" or "." or ".."))
            throw new FormatException($"'{Printable.Text(path)}' is no path of a node's files; one is /images/app");
        return trimmed;
    }
}
