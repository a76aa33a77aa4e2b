using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>How a domain is resolved to what its DNSLink points to.</summary>
internal enum DnsLinkWay
{
    /// <summary>Not at all: domains name nothing.</summary>
    Never,

    /// <summary>By asking the name servers.</summary>
    Dns,

    /// <summary>By asking an upstream that is believed about names (Upstreams:PlainNames).</summary>
    Upstream,
}

/// <summary>Names that may come to point elsewhere, IPNS and DNSLink: <c>Gateway:Names</c>.</summary>
internal sealed class NameSettings
{
    /// <summary>How domains are resolved: Never, Dns or Upstream. Default: Dns.</summary>
    public DnsLinkWay DnsLinks { get; set; } = DnsLinkWay.Dns;

    /// <summary>The name servers, as IP addresses with or without a port. Default: the system's.</summary>
    [Addresses]
    public IList<string> NameServers { get; } = [];

    /// <summary>How long the name servers may take for one answer, all tries together, 10 ms to 1 min. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan DnsTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The least time that a name is remembered for, whatever its record says, 10 ms to 1 h. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan MinTtl { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time that a name is remembered for before it is asked for again, 10 ms to 7 d. Default: 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "7.00:00:00")]
    public TimeSpan MaxTtl { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a name that was not signed (DNSLink, or what an upstream says) goes on to mean what it meant while nobody
    /// answers, 0 to 7 d. A signed record serves until it ends by itself. Default: 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan StaleFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A record's time to live, within the bounds.</summary>
    public TimeSpan Bound(TimeSpan ttl) => ttl > MaxTtl ? MaxTtl : ttl < MinTtl ? MinTtl : ttl;
}
