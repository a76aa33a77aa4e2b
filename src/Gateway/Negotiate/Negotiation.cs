using Image2Ipfs.Registry;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Negotiate;

/// <summary>
/// Which of an image's forms a client gets by tag:
/// <list type="number">
/// <item>the one that it likes best; where it likes several the same, the one that the image's source had, whose digest is the one that
/// people signed; else the first of <see cref="Preference"/>;</item>
/// <item>without any Accept header: schema 1, as distribution 2.x answers, if the setting says so;</item>
/// <item>of a client that names no manifest type at all (a browser, an old script): the same;</item>
/// <item>a client that reads OCI only, as the conformance suite says it does, is sent schema 2 rather than nothing;</item>
/// <item>a client of Docker's types only is not sent OCI, which it could not read: it gets null, a 404.</item>
/// </list>
/// By digest nothing is negotiated: the digest says what the client wants.
/// </summary>
internal static class Negotiation
{
    /// <summary>Schema 2 is what every client since 2016 reads; schema 1 loses what it cannot say, so it comes last.</summary>
    private static readonly MediaType[] Preference =
        [MediaType.ManifestList, MediaType.Schema2, MediaType.OciIndex, MediaType.OciManifest, MediaType.Schema1];

    private static readonly MediaType[] DockerTypes = [MediaType.Schema1, MediaType.Schema1Signed, MediaType.Schema2, MediaType.ManifestList];
    private static readonly MediaType[] OciTypes = [MediaType.OciManifest, MediaType.OciIndex];

    /// <param name="forms">The forms of the tag's image.</param>
    /// <param name="accept">The client's Accept header.</param>
    /// <param name="schema1WithoutAccept">Whether a client that does not say what it reads is one of the oldest.</param>
    public static Descriptor? Choose(IReadOnlyList<Descriptor> forms, AcceptHeader accept, bool schema1WithoutAccept)
    {
        Descriptor? best = null;
        var bestQuality = 0.0;
        foreach (var form in forms)
        {
            var quality = Quality(accept, form.MediaType);
            if (quality > bestQuality || (quality > 0 && quality == bestQuality && Rank(form) < Rank(best!)))
                (best, bestQuality) = (form, quality);
        }
        if (best is not null)
            return best;

        var readsDocker = Array.Exists(DockerTypes, t => accept.Quality(t) > 0);
        var readsOci = Array.Exists(OciTypes, t => accept.Quality(t) > 0);
        if (readsDocker)
            return null;
        if (readsOci)
            return forms.Where(f => !f.MediaType.IsSchema1 && accept.Quality(OciTwin(f.MediaType)) > 0).MinBy(Rank);
        var schema1 = schema1WithoutAccept ? forms.FirstOrDefault(f => f.MediaType.IsSchema1) : null;
        return schema1 ?? forms.MinBy(Rank);
    }

    /// <summary>Of an index, what a client gets that reads none: the image for linux/amd64, as distribution has it, or null.</summary>
    public static Descriptor? InsteadOf(IEnumerable<Descriptor> index) => index.FirstOrDefault(d => d.Platform is { Os: "linux", Architecture: "amd64" });

    /// <summary>A client that would read nothing but schema 1: it says so, or it says nothing, and the setting takes it for one of the oldest.</summary>
    public static bool ReadsSchema1Alone(AcceptHeader accept, bool schema1WithoutAccept)
    {
        var readsSchema1 = Array.Exists([MediaType.Schema1, MediaType.Schema1Signed], t => accept.Quality(t) > 0);
        return (readsSchema1 || schema1WithoutAccept) && !MediaType.ManifestTypes.Any(t => !t.IsSchema1 && accept.Quality(t) > 0);
    }

    private static int Rank(Descriptor form) =>
        TreePaths.IsOriginal(form) ? -1 : Array.IndexOf(Preference, form.MediaType) is var i && i < 0 ? Preference.Length : i;

    /// <summary>The OCI type that has the same members.</summary>
    private static MediaType OciTwin(MediaType docker) => docker.IsIndex ? MediaType.OciIndex : MediaType.OciManifest;

    private static double Quality(AcceptHeader accept, MediaType form) =>
        form.IsSchema1 ? Math.Max(accept.Quality(MediaType.Schema1Signed), accept.Quality(MediaType.Schema1)) : accept.Quality(form);
}
