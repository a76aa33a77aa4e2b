using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>How the Gateway ends when it is told to (SIGTERM, SIGINT): <c>Gateway:Stop</c>.</summary>
internal sealed class StopSettings
{
    /// <summary>
    /// How long it still takes connections while it says that it is not ready, so that what balances load can turn away
    /// first, 0 to 10 min. Default: 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Delay { get; set; }

    /// <summary>How long answers that run may take to end after that, before they are broken off, 0 to 1 h. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(30);
}
