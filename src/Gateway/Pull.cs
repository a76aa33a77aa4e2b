using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Lists;
using Image2Ipfs.Gateway.Mirror;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Negotiate;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway;

/// <summary>
/// A pull, in the steps of every request below <c>/v2/</c>:
/// <list type="number">
/// <item>parse the path; where the Gateway is a mirror, find whose name it has; where there are lists, whether that may be had;</item>
/// <item>find the root and the repository that the name means;</item>
/// <item>negotiate the form of a manifest;</item>
/// <item>find the bytes: memory, store, upstreams;</item>
/// <item>answer.</item>
/// </list>
/// </summary>
internal sealed partial class Pull(
    Mirrors mirrors, Admission admission, ContentRules rules, Roots roots, Manifests manifests, Schema1Conversion conversion, ByDigest byDigest, Fetches fetches, Catalog catalog, ReferrerLists referrers, Reports reports, Metrics metrics, IOptions<GatewaySettings> settings, ILogger<Pull> logger)
{
    private static readonly Answer Pong = new Answer.Json("{}"u8.ToArray());

    private readonly bool _schema1WithoutAccept = settings.Value.Schema1WithoutAccept;

    /// <summary>The middleware: requests that are not a registry's go on to <paramref name="next"/>.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var path = RequestTarget.PathOf(context);
        if (!RegistryPath.IsRegistry(path))
            return next(context);
        var cost = Reports.Begin();
        var asked = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? RegistryPath.Parse(path)
            : new RegistryPath.Wrong(RegistryError.MethodNotAllowed);
        var answer = AnswerAsync(asked, context.Request);
        if (answer is not { IsCompletedSuccessfully: true, Result: var known and not Answer.Blob })
            return SendAsync(context, asked, answer, cost);
        // What lies in memory is answered without a state machine: it is most of all requests.
        var sending = AnswerWriter.WriteAsync(context, known);
        reports.EndSmall(context, asked, cost);
        return sending;
    }

    private async Task SendAsync(HttpContext context, RegistryPath asked, ValueTask<Answer> finding, PullCost cost)
    {
        Answer? answer = null;
        var isBrokenOff = false;
        try
        {
            answer = await finding;
            if (answer is Answer.Blob blob)
                answer = blob with { Content = new MeteredBody(blob.Content, cost) };
            using var span = Spans.Step("send");
            await AnswerWriter.WriteAsync(context, answer);
        }
        catch (Exception e) when (e is InvalidDataException or IOException && answer is Answer.Blob)
        {
            // The headers are out: nothing but an abort tells the client that this is not all.
            LogBroken((answer as Answer.Blob)!.Digest.ToString(), e.Message);
            isBrokenOff = true;
            context.Abort();
        }
        catch (OperationCanceledException) when (answer is Answer.Blob || context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone. That an answer is not whole would be an error to the server.
            context.Abort();
        }
        finally
        {
            if (answer is Answer.Blob)
                reports.End(context, asked, cost, isBrokenOff);
            else
                reports.EndSmall(context, asked, cost);
        }
    }

    private ValueTask<Answer> AnswerAsync(RegistryPath asked, HttpRequest request)
    {
        var (path, registry) = mirrors.Find(asked, request);
        return registry is null ? AnswerAsync(asked, path, request) : InSteadAsync();

        async ValueTask<Answer> InSteadAsync() => await AnswerAsync(asked, path, request) with { Namespace = registry };
    }

    private async ValueTask<Answer> AnswerAsync(RegistryPath asked, RegistryPath path, HttpRequest request)
    {
        try
        {
            if (rules.AreOn && await admission.FindAsync(asked, path, request, mayAsk: !Loop.Closes(request)) is { } denial)
                return Refuse(denial);
            if (mirrors.ByDigestAlone && FindAlone(asked) is { } alone)
                return alone;
            return path switch
            {
                RegistryPath.Ping => Pong,
                RegistryPath.TaggedManifest(var name, var tag) => await TaggedManifestAsync(name, tag, request),
                RegistryPath.DigestedManifest(var name, var digest) => await DigestedManifestAsync(name, digest, request),
                RegistryPath.Blob(var name, var digest) => await BlobAsync(name, digest, request),
                RegistryPath.Tags(var name) => await TagsAsync(name, (RegistryPath.Tags)asked, request),
                RegistryPath.Referrers(var name, _) => await ReferrersAsync(name, (RegistryPath.Referrers)asked, request),
                RegistryPath.Catalog => await CatalogAsync(request),
                RegistryPath.Wrong(var error) => error,
                _ => throw new ArgumentOutOfRangeException(nameof(path), path, "this path has no answer"),
            };
        }
        catch (DeniedException e)
        {
            return Refuse(e.Denial);
        }
        catch (UpstreamsFailedException e)
        {
            LogFailed(e.Message);
            return RegistryError.Of(e, path switch
            {
                RegistryPath.Blob => RegistryError.BlobUnknown,
                RegistryPath.Tags or RegistryPath.Referrers => RegistryError.NameUnknown,
                _ => RegistryError.ManifestUnknown,
            });
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            LogDamaged(e.Message);
            return RegistryError.Damaged;
        }
    }

    private RegistryError Refuse(Denial denial)
    {
        metrics.Denied(denial.List);
        return RegistryError.Denied(denial);
    }

    /// <summary>Under a name of another registry, what lies here is served whatever name it was published under: its digest says that it is right.</summary>
    private Answer? FindAlone(RegistryPath asked) => asked switch
    {
        RegistryPath.OfRepository { Name: var name } when Mirrors.BeginsWithRoot(name) => null,
        RegistryPath.DigestedManifest(_, var digest) => byDigest.Manifest(digest) is var (bytes, form) ? Manifest(digest, bytes, form) : null,
        RegistryPath.Blob(_, var digest) => byDigest.Open(digest) is var (content, size) ? new Answer.Blob(content, size, digest) : null,
        _ => null,
    };

    /// <summary>A request that has come through this Gateway before gets what lies here.</summary>
    private async ValueTask<Repository?> FindAsync(RepositoryName name, HttpRequest request)
    {
        using var span = Spans.Step("find repository");
        return await roots.FindAsync(name, mayAsk: !Loop.Closes(request), request.HttpContext.RequestAborted);
    }

    private async ValueTask<Answer> TaggedManifestAsync(RepositoryName name, Tag tag, HttpRequest request)
    {
        if (await FindAsync(name, request) is not { } repository)
            return Unknown(name);
        if (await repository.FormsAsync(tag, request.HttpContext.RequestAborted) is not { } forms)
            return RegistryError.ManifestUnknown($"{name} has no tag {tag}");
        var answer = Unproven(repository, await NegotiateAsync(repository, name, tag, forms, request));
        return answer is Answer.InMemory manifest && roots.Moves(name) ? manifest with { IsImmutable = false } : answer;
    }

    /// <summary>One of the forms, or one that is made of them: for a client that knows schema 1 alone, or that reads no index.</summary>
    private async ValueTask<Answer> NegotiateAsync(Repository repository, RepositoryName name, Tag tag, IReadOnlyList<Descriptor> forms, HttpRequest request)
    {
        using var span = Spans.Step("negotiate");
        var (accept, cancel) = (AcceptHeader.Parse(request.Headers.Accept), request.HttpContext.RequestAborted);
        if (Negotiation.ReadsSchema1Alone(accept, _schema1WithoutAccept) && !forms.Any(f => f.MediaType.IsSchema1)
            && await conversion.TryConvertAsync(repository, name, tag, forms, cancel) is { } schema1)
            return Manifest(Digest.Sha256(schema1), schema1, MediaType.Schema1);
        return (Negotiation.Choose(forms, accept, _schema1WithoutAccept) ?? await ChooseChildAsync(repository, forms, accept, cancel)) is { } chosen
            ? await ManifestAsync(repository, chosen.Digest, chosen.MediaType, request)
            : RegistryError.ManifestUnknown($"{name}:{tag} has no manifest of a type that the Accept header names");
    }

    /// <summary>For a client that reads no index: the manifest of linux/amd64, as distribution has it.</summary>
    private async ValueTask<Descriptor?> ChooseChildAsync(Repository repository, IReadOnlyList<Descriptor> forms, AcceptHeader accept, CancellationToken cancel)
    {
        foreach (var index in forms.Where(f => f.MediaType.IsIndex))
        {
            if (await manifests.ReadIndexAsync(repository, index.Digest, cancel) is { } children
                && Negotiation.InsteadOf(children) is { } child
                && Negotiation.Choose([child], accept, _schema1WithoutAccept) is { } chosen)
                return chosen;
        }
        return null;
    }

    private async ValueTask<Answer> DigestedManifestAsync(RepositoryName name, Digest digest, HttpRequest request)
    {
        if (await FindAsync(name, request) is not { } repository)
            return Unknown(name);
        var answer = await ManifestAsync(repository, digest, repository.FormOf(digest), request);
        foreach (var before in answer is RegistryError ? roots.Before(name) : [])
        {
            if (await ManifestAsync(before, digest, before.FormOf(digest), request) is Answer.InMemory manifest)
                return manifest;
        }
        return answer;
    }

    private async ValueTask<Answer> ManifestAsync(Repository repository, Digest digest, MediaType? form, HttpRequest request)
    {
        using var span = Spans.Step("read manifest");
        if (await manifests.ReadAsync(repository, digest, request.HttpContext.RequestAborted) is not { } bytes)
            return RegistryError.ManifestUnknown($"there is no manifest {digest}");
        // Of some layouts every blob lies in one folder: what nothing lists may be a layer.
        if (form is null && !ManifestFolder.IsManifest(bytes))
            return RegistryError.ManifestUnknown($"{digest} is no manifest");
        var mediaType = form ?? Manifests.FormOf(bytes);
        if (!Manifests.IsServable(mediaType))
            throw repository.Broken($"manifest {digest} has a media type that no manifest has");
        try
        {
            return Manifest(digest, bytes, mediaType);
        }
        catch (FormatException e)
        {
            return form is null ? RegistryError.ManifestUnknown($"{digest} is no manifest") : throw repository.Broken($"manifest {digest} cannot be signed: {e.Message}");
        }
    }

    private Answer.InMemory Manifest(Digest digest, byte[] bytes, MediaType mediaType) => mediaType.IsSchema1
        ? new Answer.InMemory(manifests.Sign(digest, bytes), MediaType.Schema1Signed, digest) { Warnings = [Warnings.Schema1] }
        : new Answer.InMemory(bytes, mediaType, digest);

    private async ValueTask<Answer> BlobAsync(RepositoryName name, Digest digest, HttpRequest request)
    {
        // Old clients ask for it wherever a schema 1 manifest sent them.
        if (digest == Schema1.EmptyLayerDigest)
            return new Answer.InMemory(Schema1.EmptyLayer, new MediaType("application/octet-stream"), digest);
        // What lies in the cache under its digest is right whatever it is asked for as; its upstream may be gone. Where there are
        // lists it may be of a root that may not be had.
        if (!rules.AreOn && await roots.FindAsync(name, mayAsk: false, default) is null && fetches.TryOpenCached(digest) is var (cached, length))
            return new Answer.Blob(cached, length, digest);
        if (await FindAsync(name, request) is not { } repository)
            return RegistryError.BlobUnknown($"there is no {name}");
        using var span = Spans.Step("open blob");
        var part = HttpMethods.IsHead(request.Method) ? Wanted.Size : request.Headers.Range.Count > 0 ? Wanted.Part : Wanted.Whole;
        if (await repository.OpenBlobAsync(digest, part, request.HttpContext.RequestAborted) is var (content, size))
            return new Answer.Blob(content, size, digest);
        foreach (var before in roots.Before(name))
        {
            if (await before.OpenBlobAsync(digest, part, request.HttpContext.RequestAborted) is var (old, oldSize))
                return new Answer.Blob(old, oldSize, digest);
        }
        return RegistryError.BlobUnknown($"{name} has no blob {digest}");
    }

    private async ValueTask<Answer> TagsAsync(RepositoryName name, RegistryPath.Tags asked, HttpRequest request)
    {
        if (await FindAsync(name, request) is not { } repository)
            return Unknown(name);
        if (!Page.TryParse(request.Query, out var page))
            return RegistryError.PaginationNumberInvalid(request.Query["n"]);
        var (tags, next) = page.Of([.. repository.Tags.Where(t => rules.MayBeHad(t.Value)).Select(t => t.Key.ToString()).Order(StringComparer.Ordinal)]);
        return Unproven(repository, NameList.Of("tags", tags, asked.Name) with { Next = Next($"/v2/{asked.Name}/tags/list", next, request) });
    }

    private async ValueTask<Answer> ReferrersAsync(RepositoryName name, RegistryPath.Referrers asked, HttpRequest request)
    {
        if (await FindAsync(name, request) is not { } repository)
            return Unknown(name);
        var all = await referrers.OfAsync(repository, request.HttpContext.RequestAborted);
        var type = request.Query["artifactType"] is [{ Length: > 0 } text, ..] ? text : null;
        var (index, last) = all.Page(asked.Subject, type, request.Query["last"], rules);
        return Unproven(repository, new Answer.Json(index)
        {
            MediaType = MediaType.OciIndex,
            FilteredBy = type is null ? null : "artifactType",
            Next = Next($"/v2/{asked.Name}/referrers/{asked.Subject}", last is null ? null : $"{(type is null ? "" : $"artifactType={Uri.EscapeDataString(type)}&")}last={last}", request),
            Warnings = all.LeftOut > 0 ? [Warnings.LeftOut(all.LeftOut)] : [],
        });
    }

    private async ValueTask<Answer> CatalogAsync(HttpRequest request)
    {
        if (!Page.TryParse(request.Query, out var page))
            return RegistryError.PaginationNumberInvalid(request.Query["n"]);
        var (names, next) = page.Of(await catalog.NamesAsync(request.HttpContext.RequestAborted), Catalog.MaxPage);
        return NameList.Of("repositories", names) with { Next = Next("/v2/_catalog", next, request) };
    }

    /// <summary>Where the next page is, or null; of the same registry's name.</summary>
    private static string? Next(string path, string? query, HttpRequest request) =>
        query is null ? null : $"{path}?{query}{(Mirrors.NamespaceOf(request) is { } ns ? $"&ns={Uri.EscapeDataString(ns)}" : "")}";

    private static Answer Unproven(Repository repository, Answer answer) =>
        repository.IsProven ? answer : answer with { Warnings = [.. answer.Warnings, Warnings.Unproven] };

    private static RegistryError Unknown(RepositoryName name) =>
        RegistryError.NameUnknown($"there is no {name}; names are <root>/<name>, as the publisher prints them");

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "No upstream gave {Failure}")]
    private partial void LogFailed(string failure);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "Blob {Digest} was broken off: {Problem}")]
    private partial void LogBroken(string digest, string problem);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The store is damaged: {Problem}")]
    private partial void LogDamaged(string problem);
}
