using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>What is kept of upstreams' content on disk: <c>Gateway:Cache</c>.</summary>
internal sealed class CacheSettings
{
    /// <summary>The folder. Default: image2ipfs in the user's cache folder ($XDG_CACHE_HOME, or ~/.cache).</summary>
    [Required]
    public string Folder { get; set; } = DefaultFolder();

    /// <summary>Bytes of disk, least recently used first to go, 0 to 1 PiB; 0 keeps nothing on disk. Default: 10 GiB.</summary>
    [Range(0L, 1L << 50)]
    public long MaxBytes { get; set; } = 10L << 30;

    /// <summary>Whether a blob is fetched to its end when its last client has gone. Default: true.</summary>
    public bool FinishAbandoned { get; set; } = true;

    private static string DefaultFolder()
    {
        // .NET knows no folder for caches; the XDG specification wants an absolute path.
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(cache ?? ""))
            cache = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } home
                ? Path.Combine(home, ".cache")
                : Path.GetTempPath();
        return Path.Combine(cache!, "image2ipfs");
    }
}
