using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>Whether what only plain paths say is believed: such an upstream cannot prove which manifest a tag means, nor where a name points.</summary>
internal enum PlainNames
{
    /// <summary>Never: tags are read through upstreams that give blocks.</summary>
    Never,

    /// <summary>From upstreams on a loopback or private address: one's own nodes.</summary>
    Local,

    /// <summary>From every upstream.</summary>
    Always,
}

/// <summary>
/// How the Gateway fetches: <c>Gateway:Upstreams</c>. Which upstreams there are stands in YARP's own section,
/// <c>ReverseProxy:Clusters</c>, or in IPFS_GATEWAY.
/// </summary>
internal sealed class UpstreamSettings
{
    /// <summary>The YARP cluster whose destinations are fetched from. Default: ipfs.</summary>
    [Required]
    public string Cluster { get; set; } = "ipfs";

    /// <summary>How long an upstream may take until its answer begins, 10 ms to 10 min. Default: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstByteTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an upstream may be silent in the middle of its answer, 10 ms to 10 min. Default: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long the Gateway tries on without any progress before the client gets an error, 10 ms to 1 h. Most clients
    /// give up at the first error that they see. Default: 45 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// After how long a small thing (manifest, directory), or a part that does not come on, is asked of a second upstream too,
    /// 1 ms to 10 min. Default: 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan HedgeAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that one upstream is asked for at a time where several fetch one blob, 256 KiB to 1 GiB. Default: 8 MiB.</summary>
    [Range(256L << 10, 1L << 30)]
    public long PartBytes { get; set; } = 8L << 20;

    /// <summary>How many upstreams fetch one blob at the same time, 1 to 32. Default: 4.</summary>
    [Range(1, 32)]
    public int ParallelParts { get; set; } = 4;

    /// <summary>
    /// How many blobs are fetched at the same time, 0 to 100 000; 0 is no limit. Those above wait in order, for as long as Patience.
    /// Default: 0.
    /// </summary>
    [Range(0, 100_000)]
    public int ConcurrentFetches { get; set; }

    /// <summary>How many redirects of one request are followed, 0 to 20. Default: 5.</summary>
    [Range(0, 20)]
    public int MaxRedirects { get; set; } = 5;

    /// <summary>Whether a redirect may lead to a loopback, private or link-local address that is no upstream. Default: false.</summary>
    public bool RedirectsToPrivateAddresses { get; set; }

    /// <summary>Whether upstreams that give plain paths only are believed about names: Never, Local or Always. Default: Local.</summary>
    public PlainNames PlainNames { get; set; } = PlainNames.Local;

    /// <summary>
    /// A blob of up to this many bytes that only its digest can check is sent when all of it is checked; of a larger one all but the
    /// end is sent while it arrives. 0 to 1 TiB. Default: 256 MiB.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long HoldUnverifiedBytes { get; set; } = 256L << 20;
}
