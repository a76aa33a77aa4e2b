using System.Text.Encodings.Web;
using System.Text.Json;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Negotiate;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Registry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway;

/// <summary>
/// A pull, in the steps of every request below <c>/v2/</c>:
/// <list type="number">
/// <item>parse the path;</item>
/// <item>find the root and the repository that the name means;</item>
/// <item>negotiate the form of a manifest;</item>
/// <item>find the bytes: memory, store;</item>
/// <item>answer.</item>
/// </list>
/// </summary>
internal sealed partial class Pull(Roots roots, Manifests manifests, Blobs blobs, IOptions<GatewaySettings> settings, ILogger<Pull> logger)
{
    private static readonly Answer Pong = new Answer.Json("{}"u8.ToArray());

    private readonly bool _schema1WithoutAccept = settings.Value.Schema1WithoutAccept;

    /// <summary>The middleware: requests that are not a registry's go on to <paramref name="next"/>.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A proxy's request line has a whole address, an asterisk none: then the server's view of the path must do.
        var path = target.StartsWith('/') ? target.AsSpan(0, target.IndexOf('?', StringComparison.Ordinal) is var q && q < 0 ? target.Length : q) : context.Request.Path.Value.AsSpan();
        if (!RegistryPath.IsRegistry(path))
            return next(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            return AnswerWriter.WriteAsync(context, RegistryError.MethodNotAllowed);
        return Answer(RegistryPath.Parse(path), context.Request) switch
        {
            Answer.StoredFile file => SendAsync(context, file),
            var answer => AnswerWriter.WriteAsync(context, answer),
        };
    }

    private async Task SendAsync(HttpContext context, Answer.StoredFile file)
    {
        try
        {
            await AnswerWriter.WriteAsync(context, file);
        }
        catch (InvalidDataException e)
        {
            LogDamaged($"{file.Digest}: {e.Message}");
            context.Abort();
        }
    }

    private Answer Answer(RegistryPath path, HttpRequest request)
    {
        try
        {
            return path switch
            {
                RegistryPath.Ping => Pong,
                RegistryPath.TaggedManifest(var name, var tag) => TaggedManifest(name, tag, request),
                RegistryPath.DigestedManifest(var name, var digest) => DigestedManifest(name, digest),
                RegistryPath.Blob(var name, var digest) => Blob(name, digest),
                RegistryPath.Tags(var name) => Tags(name, request),
                RegistryPath.Wrong(var error) => error,
                _ => throw new ArgumentOutOfRangeException(nameof(path), path, "this path has no answer"),
            };
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            LogDamaged(e.Message);
            return RegistryError.Damaged;
        }
    }

    private Answer TaggedManifest(RepositoryName name, Tag tag, HttpRequest request)
    {
        if (roots.Find(name) is not { } repository)
            return Unknown(name);
        if (!repository.Tags.TryGetValue(tag, out var forms))
            return RegistryError.ManifestUnknown($"{name} has no tag {tag}");

        var accept = AcceptHeader.Parse(request.Headers.Accept);
        var chosen = Negotiation.Choose(forms, accept, _schema1WithoutAccept)
            ?? ChooseChild(forms, accept);
        return chosen is null
            ? RegistryError.ManifestUnknown($"{name}:{tag} has no manifest of a type that the Accept header names")
            : Manifest(chosen.Digest, chosen.MediaType);
    }

    /// <summary>For a client that reads no index: the manifest of linux/amd64, as distribution has it.</summary>
    private Descriptor? ChooseChild(IReadOnlyList<Descriptor> forms, AcceptHeader accept)
    {
        foreach (var index in forms.Where(f => f.MediaType.IsIndex))
        {
            if (manifests.Read(index.Digest) is { } bytes
                && ImageIndex.Parse(bytes).FirstOrDefault(d => d.Platform is { Os: "linux", Architecture: "amd64" }) is { } child
                && Negotiation.Choose([child], accept, _schema1WithoutAccept) is { } chosen)
                return chosen;
        }
        return null;
    }

    private Answer DigestedManifest(RepositoryName name, Digest digest)
    {
        if (roots.Find(name) is not { } repository)
            return Unknown(name);
        return repository.HasManifest(digest) ? Manifest(digest, repository.FormOf(digest)) : RegistryError.ManifestUnknown($"{name} has no manifest {digest}");
    }

    private Answer Manifest(Digest digest, MediaType? form)
    {
        if (manifests.Read(digest) is not { } bytes)
            return RegistryError.ManifestUnknown($"the store has lost {digest}");
        var mediaType = form ?? Manifests.FormOf(bytes);
        if (!Manifests.IsServable(mediaType))
            throw new InvalidDataException($"manifest {digest} has a media type that no manifest has");
        return mediaType.IsSchema1
            ? new Answer.InMemory(manifests.Sign(digest, bytes), MediaType.Schema1Signed, digest)
            : new Answer.InMemory(bytes, mediaType, digest);
    }

    private Answer Blob(RepositoryName name, Digest digest)
    {
        // Old clients ask for it wherever a schema 1 manifest sent them.
        if (digest == Schema1.EmptyLayerDigest)
            return new Answer.InMemory(Schema1.EmptyLayer, new MediaType("application/octet-stream"), digest);
        if (roots.Find(name) is not { } repository)
            return RegistryError.BlobUnknown($"the store has no {name}");
        if (repository.SizeOf(digest) is not { } size)
            return RegistryError.BlobUnknown($"{name} has no blob {digest}");
        return blobs.Open(digest, size) is { } content
            ? new Answer.StoredFile(content, size, digest)
            : RegistryError.BlobUnknown($"the store has lost {digest}");
    }

    private Answer Tags(RepositoryName name, HttpRequest request)
    {
        if (roots.Find(name) is not { } repository)
            return Unknown(name);
        if (!TagPage.TryParse(request.Query, out var page))
            return RegistryError.PaginationNumberInvalid(request.Query["n"]);
        var (tags, link) = page.Of(name, repository.Tags.Keys);

        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("name", name.ToString());
            json.WriteStartArray("tags");
            foreach (var tag in tags)
                json.WriteStringValue(tag);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return new Answer.Json(bytes.ToArray(), link);
    }

    private static RegistryError Unknown(RepositoryName name) =>
        RegistryError.NameUnknown($"the store has no {name}; names are <root>/<name>, as the publisher prints them");

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The store is damaged: {Problem}")]
    private partial void LogDamaged(string problem);
}
