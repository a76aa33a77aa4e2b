using System.ComponentModel.DataAnnotations;
using Image2Ipfs.Store;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// The <c>Gateway</c> section of the configuration: from config/gateway.json, as <c>Gateway__…</c> in the environment,
/// as <c>--Gateway:…</c> on the command line. Addresses are Kestrel's own settings, upstreams YARP's.
/// </summary>
internal sealed class GatewaySettings
{
    public const string Section = "Gateway";

    /// <summary>The store's folder. Default: IMAGE2IPFS_STORE, or image2ipfs in the user's data folder.</summary>
    [Required]
    public string Store { get; set; } = LocalStore.DefaultFolder();

    /// <summary>
    /// Whether a client that sends no Accept header is answered with schema 1, as distribution 2.x answers it.
    /// Docker up to 1.9 sends none and reads nothing else; everybody else sends one. Default: true.
    /// </summary>
    public bool Schema1WithoutAccept { get; set; } = true;

    /// <summary>Bytes of memory for roots, manifests and directories, 1 MiB to 64 GiB. Default: 128 MiB.</summary>
    [Range(1L << 20, 64L << 30)]
    public long MemoryCacheBytes { get; set; } = 128L << 20;

    [ValidateObjectMembers]
    public CacheSettings Cache { get; set; } = new();

    [ValidateObjectMembers]
    public UpstreamSettings Upstreams { get; set; } = new();

    [ValidateObjectMembers]
    public MirrorSettings Mirrors { get; set; } = new();

    [ValidateObjectMembers]
    public NameSettings Names { get; set; } = new();

    [ValidateObjectMembers]
    public ContentSettings Content { get; set; } = new();

    [ValidateObjectMembers]
    public ProxySettings Proxy { get; set; } = new();

    [ValidateObjectMembers]
    public AccessSettings Access { get; set; } = new();

    [ValidateObjectMembers]
    public TlsSettings Tls { get; set; } = new();

    [ValidateObjectMembers]
    public ObserveSettings Observe { get; set; } = new();

    [ValidateObjectMembers]
    public PageSettings Page { get; set; } = new();

    [ValidateObjectMembers]
    public StopSettings Stop { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class GatewaySettingsValidator : IValidateOptions<GatewaySettings>;
