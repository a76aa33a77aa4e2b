using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// What may be had. Deny and the denylists are asked of everything on the way to the bytes: the name, what it points to, the
/// path, each directory, the file, its digest. Allow is asked of what a client names.
/// </summary>
internal sealed class ContentRules
{
    private readonly NameSet _allow;
    private readonly NameSet _deny;
    private readonly Denylists _lists;
    private readonly int _status;

    public ContentRules(IOptions<GatewaySettings> settings, Denylists lists)
    {
        var content = settings.Value.Content;
        (_allow, _deny, _lists, _status) = (new NameSet(content.Allow), new NameSet(content.Deny), lists, content.DeniedStatus);
        (AreOn, IsLimited) = (content.AreAny, content.Allow.Count > 0);
    }

    /// <summary>Whether anything has to be looked up.</summary>
    public bool AreOn { get; }

    /// <summary>Whether only what is on a list may be had.</summary>
    public bool IsLimited { get; }

    /// <summary>What was found under another one may not be had now.</summary>
    public int Generation => _lists.Generation;

    /// <returns>Why it may not be had, or null.</returns>
    public Denial? Find(Place place) => AreOn ? Find(Subject.Of(place.Root, place.Path)) : null;

    /// <inheritdoc cref="Find(Place)"/>
    public Denial? Find(MovingName name, string path) => AreOn ? Find(Subject.Of(name, path)) : null;

    /// <inheritdoc cref="Find(Place)"/>
    public Denial? Find(Digest digest) => AreOn && digest.IsSha256 ? Find(Subject.Of(digest)) : null;

    /// <param name="name">Below /ipns/, one that is none of ours.</param>
    /// <param name="path">What lies below it.</param>
    /// <inheritdoc cref="Find(Place)"/>
    public Denial? FindForeign(string name, string path) => AreOn ? Find(Subject.Of(name, path)) : null;

    /// <param name="host">That of another registry, in whose stead it is asked for here.</param>
    /// <param name="path">The repository there.</param>
    /// <inheritdoc cref="Find(Place)"/>
    public Denial? FindRegistry(string host, string path) =>
        _deny.Has(ListedName.KeyOfRegistry(host), path) ? Denial.Blocked(ListKind.Deny, _status, $"{host}/{path}", null) : null;

    /// <exception cref="DeniedException">It may not be had.</exception>
    public void Check(Place place) => Throw(Find(place));

    /// <inheritdoc cref="Check(Place)"/>
    public void Check(Cid block)
    {
        if (AreOn)
            Throw(Find(Subject.Of(block)));
    }

    /// <inheritdoc cref="Check(Place)"/>
    public void Check(Digest digest) => Throw(Find(digest));

    /// <inheritdoc cref="Check(Place)"/>
    public void Check(MovingName name, string path) => Throw(Find(name, path));

    /// <summary>Whether one of the forms of an image may be had: a tag all of whose manifests are denied leads nowhere.</summary>
    public bool MayBeHad(IEnumerable<Descriptor> forms) => !AreOn || forms.Any(form => Find(form.Digest) is null);

    public bool Allows(Place place) => !IsLimited || _allow.Has(ListedName.KeyOf(place.Root), place.Path);

    public bool Allows(MovingName name, string path) => !IsLimited || _allow.Has(ListedName.KeyOf(name), path);

    public bool AllowsRegistry(string host, string path) => !IsLimited || _allow.Has(ListedName.KeyOfRegistry(host), path);

    private Denial? Find(Subject subject)
    {
        if (_deny.Has(subject.Key, subject.Path))
            return Denial.Blocked(ListKind.Deny, _status, subject.Text, null);
        var lists = _lists.All;
        for (var i = lists.Count - 1; i >= 0; i--)
            if (lists[i].Rules.Find(subject) is { } rule)
                return rule.Allows ? null : lists[i].Rules.DenialOf(rule, subject, _status);
        return null;
    }

    private static void Throw(Denial? denial)
    {
        if (denial is not null)
            throw new DeniedException(denial);
    }
}
