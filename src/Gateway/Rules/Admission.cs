using Image2Ipfs.Gateway.Mirror;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>Whether what a client names below /v2/ may be had, before anything is looked for.</summary>
internal sealed class Admission(ContentRules rules, Mirrors mirrors, MovingNames names)
{
    /// <param name="asked">What is asked for.</param>
    /// <param name="path">What that is here, where the Gateway is a mirror.</param>
    /// <param name="request">Says whose name it is.</param>
    /// <param name="mayAsk">Whether a name may be followed by asking for it.</param>
    /// <returns>Why it may not be had, or null.</returns>
    /// <exception cref="DeniedException">A name on the way may not be had.</exception>
    public async ValueTask<Denial?> FindAsync(RegistryPath asked, RegistryPath path, HttpRequest request, bool mayAsk)
    {
        if (path is not RegistryPath.OfRepository { Name: var name })
            return null;
        var hub = mirrors.NameOf(asked, request);
        if (hub is not null && rules.FindRegistry(hub.Registry, hub.Path) is { } denied)
            return denied;
        if (DigestOf(path) is { } digest && rules.Find(digest) is { } blocked)
            return blocked;
        if (!rules.IsLimited || (hub is not null && rules.AllowsRegistry(hub.Registry, hub.Path)))
            return null;
        return await AllowsAsync(RootName.Parse(name), mayAsk, request.HttpContext.RequestAborted).ConfigureAwait(false) ? null : Denial.NotAllowed;
    }

    /// <summary>Either the name is on the list, or what it points to.</summary>
    private async ValueTask<bool> AllowsAsync(RootName? name, bool mayAsk, CancellationToken cancel) => name switch
    {
        RootName.Fixed(var place) => rules.Allows(place),
        RootName.Moving(var moving, var path) when rules.Allows(moving, path) => true,
        RootName.Moving moving => await names.ResolveAsync(moving, mayAsk, cancel).ConfigureAwait(false) is var (place, _) && rules.Allows(place),
        // A name of another registry that is not on it.
        _ => false,
    };

    private static Digest? DigestOf(RegistryPath path) => path switch
    {
        RegistryPath.DigestedManifest(_, var digest) => digest,
        RegistryPath.Blob(_, var digest) => digest,
        RegistryPath.Referrers(_, var subject) => subject,
        _ => null,
    };
}
