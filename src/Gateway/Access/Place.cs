using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Request;

namespace Image2Ipfs.Gateway.Access;

internal enum PlaceKind
{
    /// <summary>Below /health/, but for what says how things are.</summary>
    Open,

    /// <summary>Below /v2/.</summary>
    Registry,

    /// <summary>/token.</summary>
    Token,

    /// <summary>/health/ready, which a probe asks for that has no login: it is told whether, not why.</summary>
    Ready,

    /// <summary>/metrics.</summary>
    Metrics,

    /// <summary>/ipfs/, /ipns/, the page, and all that there may be.</summary>
    Rest,
}

/// <summary>What a request asks for, as far as it counts for who may.</summary>
/// <param name="Kind">Where it is.</param>
/// <param name="Needed">What a token must be for, or null: any one does.</param>
internal readonly record struct Place(PlaceKind Kind, Scope? Needed)
{
    /// <summary>A pull, rather than what lies here or how it goes.</summary>
    public bool IsForAnybody => Kind is PlaceKind.Registry or PlaceKind.Rest && !(Kind == PlaceKind.Registry && Needed == Scope.Everything);

    public static Place Of(HttpContext context)
    {
        var path = context.Request.Path;
        // First: what is answered by the server's view of a path, and before the registry looks at the request line.
        if (Health.Owns(path))
            return !path.StartsWithSegments("/health") ? new Place(PlaceKind.Metrics, Scope.Everything) : path == "/health/ready" ? new Place(PlaceKind.Ready, Scope.Everything) : new Place(PlaceKind.Open, null);
        var target = RequestTarget.PathOf(context);
        if (RegistryPath.IsRegistry(target))
        {
            return new Place(PlaceKind.Registry, RegistryPath.Parse(target) switch
            {
                RegistryPath.OfRepository of => Scope.ToPull(of.Name.ToString()),
                RegistryPath.Catalog => Scope.Everything,
                _ => null, // the ping, and what there is not
            });
        }
        return path == TokenService.Path ? new Place(PlaceKind.Token, null) : new Place(PlaceKind.Rest, Scope.Everything);
    }
}
