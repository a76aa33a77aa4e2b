using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// What of /ipfs/ and /ipns/ may be had, as far as the path tells; what the path leads to on this machine, <see cref="HeldDag"/>
/// sees, and what an upstream says that it leads to, <see cref="PassedContent"/>.
/// </summary>
internal sealed class ContentGate(ContentRules rules, MovingNames names, Metrics metrics)
{
    /// <returns>Why it may not be had, or null.</returns>
    public Denial? Find(ContentPath path)
    {
        var place = new Place(path.Root, string.Join('/', path.Segments));
        return rules.Find(place) ?? rules.Find(new Place(path.Root, "")) ?? (rules.Allows(place) ? null : Denial.NotAllowed);
    }

    /// <param name="text">A path that starts with /ipns/.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>Whether the path is one, and why what the name means may not be had, or null.</returns>
    public async ValueTask<(bool IsPath, Denial? Denial)> FindAsync(string text, CancellationToken cancel)
    {
        var segments = text[ContentPath.Ipns.Length..].TrimEnd('/').Split('/').Select(ContentPath.Decode).ToList();
        if (segments.Contains(null))
            return (false, null);
        var (name, path) = (segments[0]!, string.Join('/', segments.Skip(1)));
        if (rules.FindForeign(name.ToLowerInvariant(), path) is { } literally)
            return (true, literally);
        if (NameOf(name) is not RootName.Moving moving)
            return (true, rules.IsLimited ? Denial.NotAllowed : null);
        moving = moving with { Path = path };
        if (rules.Find(moving.Name, path) is { } denial)
            return (true, denial);
        try
        {
            // The name is followed here as well, for what it points to counts too.
            if (await names.ResolveAsync(moving, mayAsk: true, cancel).ConfigureAwait(false) is var (place, _))
                return (true, rules.Find(place) ?? rules.Find(new Place(place.Root, "")) ?? (rules.Allows(moving.Name, path) || rules.Allows(place) ? null : Denial.NotAllowed));
        }
        catch (DeniedException e)
        {
            return (true, e.Denial);
        }
        catch (UpstreamsFailedException)
        {
            // An upstream may know other name systems; where it led to, its answer says.
        }
        return (true, rules.Allows(moving.Name, path) ? null : Denial.NotAllowed);
    }

    /// <summary>In the words of boxo's gateway.</summary>
    public Reply Refuse(string path, Denial denial)
    {
        metrics.Denied(denial.List);
        return FrontDoor.WithPath(path, denial.Status, $"failed to resolve {path}: {denial.Text}");
    }

    /// <summary>A domain may be written as one label, for subdomains: its dashes doubled, its dots dashes.</summary>
    private static RootName? NameOf(string name) =>
        RootName.ParsePath($"{ContentPath.Ipns}{name}")
        ?? (name.Contains('.', StringComparison.Ordinal) ? null : RootName.ParsePath(ContentPath.Ipns + name.Replace("--", "\0", StringComparison.Ordinal).Replace('-', '.').Replace('\0', '-')));
}
