using Microsoft.Net.Http.Headers;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// In which form the content is asked for: by <c>?format=</c>, or, where that says nothing, by the Accept header.
/// Source: ipfs/specs, src/http-gateways/path-gateway.md, "format", and trustless-gateway.md.
/// </summary>
internal abstract record Representation
{
    public const string RawType = "application/vnd.ipld.raw";
    public const string CarType = "application/vnd.ipld.car";

    /// <summary>Types that only a gateway gives; the first of them in an Accept header is what the client wants.</summary>
    private static readonly string[] ForeignPrefixes = ["application/vnd.ipld.", "application/vnd.ipfs.", "application/x-tar"];

    /// <summary>Files as they are, directories as pages.</summary>
    internal sealed record Plain : Representation;

    /// <summary>One block.</summary>
    /// <param name="FromAccept">The Accept header asked for it, so that its address does not tell.</param>
    internal sealed record Raw(bool FromAccept) : Representation;

    /// <summary>An archive of blocks.</summary>
    internal sealed record Car(CarParameters Parameters, bool FromAccept) : Representation;

    /// <summary>One that upstreams may know: tar, dag-json, ipns-record.</summary>
    internal sealed record Foreign : Representation;

    /// <summary>It cannot be given by anybody.</summary>
    internal sealed record Wrong(string Error) : Representation;

    public static Representation Of(HttpRequest request)
    {
        // A redirect repeats the query in a header.
        if (request.QueryString.Value is { } query && query.Any(char.IsControl))
            return new Wrong("the query holds a control character");
        var format = request.Query["format"].ToString();
        if (format.Length > 0)
        {
            return format switch
            {
                "raw" => new Raw(FromAccept: false),
                "car" => OfCar(request.Query, accept: null),
                _ => new Foreign(),
            };
        }
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return new Plain();
        var wanted = accepted.FirstOrDefault(type =>
            type.Quality is not 0 && Array.Exists(ForeignPrefixes, prefix => type.MediaType.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        return wanted?.MediaType.Value?.ToLowerInvariant() switch
        {
            null => new Plain(),
            RawType => new Raw(FromAccept: true),
            CarType => OfCar(request.Query, wanted),
            _ => new Foreign(),
        };
    }

    private static Representation OfCar(IQueryCollection query, MediaTypeHeaderValue? accept) =>
        CarParameters.TryParse(query, accept, out var parameters, out var error)
            ? new Car(parameters, FromAccept: accept is not null)
            : new Wrong(error);
}
