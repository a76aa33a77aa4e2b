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

    /// <summary>
    /// The address below which nginx, a known proxy, has the files of the store (store/) and of the cache (cache/): /_files/. It sends
    /// blobs that lie there itself, where it asks for that by <c>X-Sendfile-Type: X-Accel-Redirect</c>. Default: nothing.
    /// </summary>
    public string AccelRedirect { get; set; } = "";

    public bool AreAnyKnown => KnownProxies.Count + KnownNetworks.Count > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var proxy in KnownProxies.Where(p => !IPAddress.TryParse(p, out _)))
            yield return new ValidationResult($"Proxy:{nameof(KnownProxies)}: '{proxy}' is no IP address", [nameof(KnownProxies)]);
        foreach (var network in KnownNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
            yield return new ValidationResult($"Proxy:{nameof(KnownNetworks)}: '{network}' is no network; write 10.0.0.0/8", [nameof(KnownNetworks)]);
        if (PathBase.Length > 0 && (PathBase is not ['/', .., not '/'] || !IsPlain(PathBase)))
            yield return new ValidationResult($"Proxy:{nameof(PathBase)}: '{PathBase}' is no path; write /registry", [nameof(PathBase)]);
        if (AccelRedirect.Length > 0 && (AccelRedirect is not ['/', .., '/'] || !IsPlain(AccelRedirect)))
            yield return new ValidationResult($"Proxy:{nameof(AccelRedirect)}: '{AccelRedirect}' is no folder's path; write /_files/", [nameof(AccelRedirect)]);
        if (AccelRedirect.Length > 0 && !AreAnyKnown)
            yield return new ValidationResult($"Proxy:{nameof(AccelRedirect)} is for a proxy that is known: name it in {nameof(KnownProxies)}", [nameof(AccelRedirect)]);
    }

    private static bool IsPlain(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.');
}
