namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// The path of a member inside its archive, without <c>.</c> and empty components.
/// A path that is absolute or leaves the archive names something that a publisher has no business with.
/// </summary>
internal static class MemberPath
{
    /// <exception cref="PublisherException">The path leaves the archive.</exception>
    public static string Normalize(string path) => Resolve(folder: "", path);

    /// <summary>What a symbolic link beside the member points to.</summary>
    public static string ResolveLink(string member, string target) =>
        Resolve(member.LastIndexOf('/') is var slash && slash < 0 ? "" : member[..slash], target);

    private static string Resolve(string folder, string path)
    {
        var components = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal))
            throw Outside(path);
        foreach (var component in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (component == ".")
                continue;
            if (component != "..")
                components.Add(component);
            else if (components.Count > 0)
                components.RemoveAt(components.Count - 1);
            else
                throw Outside(path);
        }
        return string.Join('/', components);
    }

    private static PublisherException Outside(string path) =>
        new($"the archive names '{Printable.Text(path)}', which is outside of it", "this is no archive that docker save writes; do not trust it");
}
