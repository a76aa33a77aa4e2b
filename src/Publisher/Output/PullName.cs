using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Publisher.Output;

/// <summary>What <c>docker pull</c> takes: <c>&lt;registry&gt;/&lt;root&gt;/&lt;name&gt;[:&lt;tag&gt;]</c>, without the tag where it is latest.</summary>
internal sealed class PullName
{
    public const string DefaultRegistry = "localhost:5000";

    private readonly string _registry;

    /// <param name="registry">A host and port; a scheme and a slash at the end fall away, as in the original.</param>
    public PullName(string registry)
    {
        var scheme = registry.IndexOf("://", StringComparison.Ordinal);
        _registry = (scheme < 0 ? registry : registry[(scheme + 3)..]).TrimEnd('/');
    }

    public string Of(Cid root, RepositoryName name, Tag tag) => $"{_registry}/{Repository(root, name)}{(tag == Tag.Latest ? "" : $":{tag}")}";

    /// <exception cref="PublisherException">The name would be longer than a registry's names may be.</exception>
    public static void CheckLength(Cid root, RepositoryName name)
    {
        var length = Repository(root, name).Length;
        if (length > RepositoryName.MaxLength)
            throw new PublisherException($"the pull name's path would have {length} characters, {RepositoryName.MaxLength} are allowed", "give the image a shorter name with --name");
    }

    private static string Repository(Cid root, RepositoryName name) => $"{root.ToRepositoryComponent()}/{name}";

    /// <summary>A root as a person gives it: a CID in any text form, or a pull name that holds one.</summary>
    /// <exception cref="PublisherException">There is no CID in it.</exception>
    public static Cid ParseRoot(string text)
    {
        foreach (var part in text.Split('/', ':'))
        {
            if (Cid.TryParse(part, out var cid))
                return cid;
        }
        throw new PublisherException($"'{Printable.Text(text)}' is not a root", "give a CID in any form, or a pull name; 'image2ipfs list' shows the roots of the store");
    }
}
