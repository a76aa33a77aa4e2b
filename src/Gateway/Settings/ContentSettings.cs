using System.ComponentModel.DataAnnotations;
using Image2Ipfs.Gateway.Rules;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>What may be had from this Gateway: <c>Gateway:Content</c>.</summary>
internal sealed class ContentSettings : IValidatableObject
{
    /// <summary>
    /// Roots and names that alone are served, with what lies below them: &lt;root&gt;, &lt;root&gt;/&lt;path&gt;, ipns/&lt;key&gt;, a domain, or a
    /// name of another registry that is served from a root here. Default: none, and everything is.
    /// </summary>
    public IList<string> Allow { get; } = [];

    /// <summary>Roots and names that are never served, in the same form. Default: none.</summary>
    public IList<string> Deny { get; } = [];

    /// <summary>Files in the compact denylist format of IPFS, or folders with files *.deny. Read again when they change. Default: none.</summary>
    public IList<string> Denylists { get; } = [];

    /// <summary>The status of what is denied, where a denylist does not say another one: 410, or 451 for legal reasons. Default: 410.</summary>
    [AllowedValues(StatusCodes.Status410Gone, StatusCodes.Status451UnavailableForLegalReasons, ErrorMessage = "Content:DeniedStatus: it is 410 or 451")]
    public int DeniedStatus { get; set; } = StatusCodes.Status410Gone;

    /// <summary>Whether there is anything to look at.</summary>
    public bool AreAny => Allow.Count + Deny.Count + Denylists.Count > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (list, names) in new[] { (nameof(Allow), Allow), (nameof(Deny), Deny) })
            foreach (var name in names.Where(n => ListedName.Parse(n).Count == 0))
                yield return new ValidationResult($"Content:{list}: '{name}' is no root and no name; write <root>, <root>/<name>, ipns/<key>, images.example.org or docker.io/library/busybox", [list]);
    }
}
