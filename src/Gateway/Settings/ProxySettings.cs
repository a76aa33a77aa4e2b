using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>What stands in front of the Gateway: <c>Gateway:Proxy</c>.</summary>
internal sealed class ProxySettings : IValidatableObject
{
    /// <summary>
    /// IP addresses of proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are believed. Who comes over a Unix socket is believed
    /// too where any are named. Default: none.
    /// </summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>The same as networks: 10.0.0.0/8. Default: none.</summary>
    public IList<string> KnownNetworks { get; } = [];

    /// <summary>What every path begins with where a proxy passes on more than a host of its own: /registry. Default: nothing.</summary>
    public string PathBase { get; set; } = "";

    public bool AreAnyKnown => KnownProxies.Count + KnownNetworks.Count > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var proxy in KnownProxies.Where(p => !IPAddress.TryParse(p, out _)))
            yield return new ValidationResult($"Proxy:{nameof(KnownProxies)}: '{proxy}' is no IP address", [nameof(KnownProxies)]);
        foreach (var network in KnownNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
            yield return new ValidationResult($"Proxy:{nameof(KnownNetworks)}: '{network}' is no network; write 10.0.0.0/8", [nameof(KnownNetworks)]);
        if (PathBase.Length > 0 && (PathBase is not ['/', .., not '/'] || PathBase.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('/' or '-' or '_' or '.'))))
            yield return new ValidationResult($"Proxy:{nameof(PathBase)}: '{PathBase}' is no path; write /registry", [nameof(PathBase)]);
    }
}
