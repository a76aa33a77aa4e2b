using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Lists;

/// <summary>Which manifests speak of which, in one repository.</summary>
internal sealed class ReferrerList
{
    /// <summary>What a client reads of a manifest at most, and so of an index.</summary>
    private const int MaxPage = 4 * 1024 * 1024;

    private const int DescriptorBytes = 400;

    private readonly Dictionary<Tag, List<Descriptor>> _bySubject;

    private ReferrerList(Dictionary<Tag, List<Descriptor>> bySubject, int leftOut)
    {
        (_bySubject, LeftOut) = (bySubject, leftOut);
        Bytes = 1024 + bySubject.Values.SelectMany(d => d).Sum(d => DescriptorBytes + (2L * (d.Annotations?.Sum(a => a.Key.Length + a.Value.Length) ?? 0)));
    }

    /// <summary>How many manifests of the repository nobody has looked into: they cannot be read, or there are too many.</summary>
    public int LeftOut { get; }

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes { get; }

    /// <param name="subject">Any digest; nothing speaks of one that is not known.</param>
    /// <param name="artifactType">Only those of this type, or null for all.</param>
    /// <param name="last">The digest after which the page begins, or null.</param>
    /// <param name="rules">Which of them may be had.</param>
    /// <returns>An index of them in the order of their digests, and the digest after which the next page begins, or null.</returns>
    public (byte[] Index, string? Last) Page(Digest subject, string? artifactType, string? last, ContentRules rules)
    {
        var all = _bySubject.GetValueOrDefault(Referrer.FallbackTag(subject)) ?? [];
        List<Descriptor> wanted = [.. all.Where(d => (artifactType is null || d.ArtifactType == artifactType) && string.CompareOrdinal(d.Digest.ToString(), last) > 0 && rules.Find(d.Digest) is null)];
        var index = ImageIndex.WriteSome(MediaType.OciIndex, wanted, MaxPage, out var written);
        return (index, written < wanted.Count ? wanted[written - 1].Digest.ToString() : null);
    }

    /// <summary>Takes every referrer once.</summary>
    internal sealed class Builder
    {
        private readonly Dictionary<Tag, SortedDictionary<string, Descriptor>> _bySubject = [];

        public void Add(Tag subject, Descriptor referrer)
        {
            if (!_bySubject.TryGetValue(subject, out var referrers))
                _bySubject.Add(subject, referrers = new(StringComparer.Ordinal));
            referrers.TryAdd(referrer.Digest.ToString(), referrer);
        }

        public ReferrerList Build(int leftOut) => new(_bySubject.ToDictionary(s => s.Key, s => s.Value.Values.ToList()), leftOut);
    }
}
