using System.ComponentModel.DataAnnotations;
using Image2Ipfs.Gateway.Mirror;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>Names of other registries that are served from roots, to clients that use the Gateway as a mirror: <c>Gateway:Mirrors</c>.</summary>
internal sealed class MirrorSettings : IValidatableObject
{
    /// <summary>Names, or their beginnings, and what they are here. Of several that fit, the longest counts. Default: none.</summary>
    public IList<MirroredName> Names { get; set; } = [];

    /// <summary>The registry whose names clients mean that do not say it with ns=. Default: docker.io.</summary>
    public string DefaultRegistry { get; set; } = HubName.DockerHub;

    /// <summary>
    /// Whether what is asked for by digest under a name that begins with no root is served from wherever it lies on this
    /// machine. Default: absent, which is true where Names has any, else false.
    /// </summary>
    public bool? ByDigestAlone { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!HubName.TryParse(DefaultRegistry, out var registry) || registry.Path.Length > 0)
            yield return Wrong(nameof(DefaultRegistry), $"'{DefaultRegistry}' is no registry; write docker.io");
        var seen = new HashSet<HubName>();
        for (var i = 0; i < Names.Count; i++)
        {
            var (name, root) = (Names[i].Name, Names[i].Root);
            if (!HubName.TryParse(name, out var hubName))
                yield return Wrong($"{nameof(Names)}:{i}:{nameof(MirroredName.Name)}", $"'{name}' is no name of a registry; write docker.io, docker.io/library or docker.io/library/busybox");
            else if (!seen.Add(hubName))
                yield return Wrong($"{nameof(Names)}:{i}:{nameof(MirroredName.Name)}", $"{name} is there twice");
            if (!RepositoryName.TryParse(root, out _))
                yield return Wrong($"{nameof(Names)}:{i}:{nameof(MirroredName.Root)}", $"'{root}' is not what a pull name begins with; write <root>, <root>/<name> or ipns/<key>/<name>, in lower case");
        }
    }

    private static ValidationResult Wrong(string member, string message) => new($"Mirrors:{member}: {message}", [member]);
}

/// <summary>One row of <see cref="MirrorSettings.Names"/>.</summary>
internal sealed class MirroredName
{
    /// <summary>A name of another registry, <c>docker.io/library/busybox</c>, or its beginning, <c>docker.io/library</c> or <c>docker.io</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>What a pull name here begins with: <c>&lt;root&gt;</c>, <c>&lt;root&gt;/&lt;name&gt;</c>, <c>ipns/&lt;key&gt;</c>. What follows the name there follows it here.</summary>
    public string Root { get; set; } = "";
}
