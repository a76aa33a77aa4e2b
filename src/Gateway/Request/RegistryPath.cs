using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Request;

/// <summary>
/// What a request under <c>/v2/</c> asks for.
/// <code>
/// path      := "/v2" ["/"] | "/v2/_catalog" | "/v2/" name "/" what
/// what      := "manifests/" reference | "blobs/" digest | "tags/list" | "referrers/" digest
/// reference := tag | digest
/// </code>
/// It is parsed from the request line as it came: a server's own view of a path has lost its double slashes and dots.
/// Source: opencontainers/distribution-spec, spec.md, "Endpoints"; distribution, docs/spec/api.md, for the catalog.
/// </summary>
internal abstract record RegistryPath
{
    public const string Prefix = "/v2";

    internal sealed record Ping : RegistryPath;

    /// <summary>The names of all repositories of the store.</summary>
    internal sealed record Catalog : RegistryPath;

    /// <summary>Something of one repository, whose name begins with the root, or is one of another registry.</summary>
    internal abstract record OfRepository(RepositoryName Name) : RegistryPath;

    internal sealed record TaggedManifest(RepositoryName Name, Tag Tag) : OfRepository(Name);

    internal sealed record DigestedManifest(RepositoryName Name, Digest Digest) : OfRepository(Name);

    internal sealed record Blob(RepositoryName Name, Digest Digest) : OfRepository(Name);

    internal sealed record Tags(RepositoryName Name) : OfRepository(Name);

    /// <summary>The manifests that speak of one.</summary>
    internal sealed record Referrers(RepositoryName Name, Digest Subject) : OfRepository(Name);

    /// <summary>The path is none of these; the client gets the error.</summary>
    internal sealed record Wrong(RegistryError Error) : RegistryPath;

    public static bool IsRegistry(ReadOnlySpan<char> path) =>
        path.StartsWith(Prefix, StringComparison.Ordinal) && (path.Length == Prefix.Length || path[Prefix.Length] == '/');

    /// <param name="path">The path of the request line, percent-encoded, without the query.</param>
    public static RegistryPath Parse(ReadOnlySpan<char> path)
    {
        var rest = path[Prefix.Length..];
        if (rest is "" or "/")
            return new Ping();
        rest = rest[1..];
        if (rest is "_catalog")
            return new Catalog();

        // From the right: a name may have components like "manifests" too.
        if (!CutLast(ref rest, out var last) || !CutLast(ref rest, out var kind))
            return new Wrong(RegistryError.NoSuchEndpoint(path));
        return kind switch
        {
            "manifests" => WithName(rest, name => Manifest(name, Decode(last))),
            "blobs" => WithName(rest, name => WithDigest(last, digest => new Blob(name, digest))),
            "referrers" => WithName(rest, name => WithDigest(last, digest => new Referrers(name, digest))),
            "tags" when last == "list" => WithName(rest, name => new Tags(name)),
            "uploads" when last.Length > 0 && rest.EndsWith("/blobs") => WithName(rest[..^"/blobs".Length], _ => new Wrong(RegistryError.UploadUnknown)),
            _ => new Wrong(RegistryError.NoSuchEndpoint(path)),
        };
    }

    private static RegistryPath Manifest(RepositoryName name, string reference)
    {
        if (reference.Contains(':', StringComparison.Ordinal))
            return Digest.TryParse(reference, out var digest) ? new DigestedManifest(name, digest) : new Wrong(RegistryError.DigestInvalid(reference));
        return Tag.TryParse(reference, out var tag) ? new TaggedManifest(name, tag) : new Wrong(RegistryError.TagInvalid(reference));
    }

    private static RegistryPath WithName(ReadOnlySpan<char> text, Func<RepositoryName, RegistryPath> then) =>
        RepositoryName.TryParse(text.ToString(), out var name) ? then(name) : new Wrong(RegistryError.NameInvalid(text));

    private static RegistryPath WithDigest(string text, Func<Digest, RegistryPath> then) =>
        Digest.TryParse(Decode(text), out var digest) ? then(digest) : new Wrong(RegistryError.DigestInvalid(Decode(text)));

    private static bool CutLast(ref ReadOnlySpan<char> rest, out string component)
    {
        var slash = rest.LastIndexOf('/');
        component = rest[(slash + 1)..].ToString();
        rest = rest[..Math.Max(slash, 0)];
        return slash > 0;
    }

    /// <summary>Some clients encode the colon of a digest. Nothing else in a valid path is ever encoded.</summary>
    private static string Decode(string component) => component.Replace("%3A", ":", StringComparison.OrdinalIgnoreCase);
}
