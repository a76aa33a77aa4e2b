using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>The page for people at <c>/</c>: <c>Gateway:Page</c>.</summary>
internal sealed class PageSettings
{
    /// <summary>Whether it is there. Who reaches it reads which images lie here, and which were pulled. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many of the latest pulls it shows, 0 to 1000; 0 keeps none. No client's address is kept. Default: 50.</summary>
    [Range(0, 1000)]
    public int RecentPulls { get; set; } = 50;
}
