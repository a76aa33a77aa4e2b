using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Rules;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// <c>GET /ipfs/{cid}[/{path}]</c>, served as an IPFS gateway from what lies on this machine:
/// <list type="number">
/// <item>parse the path and the representation that is asked for;</item>
/// <item>resolve the path, directory by directory;</item>
/// <item>decide the reply, having looked at all that it needs;</item>
/// <item>send it.</item>
/// </list>
/// Until the last step nothing is written: what is not here goes on to an upstream, if there is one.
/// </summary>
/// <param name="dag">What lies here.</param>
/// <param name="gate">What may be had, or null: everything.</param>
/// <param name="hasUpstreams">Whether there is one at the moment.</param>
/// <param name="logger">Is told of damage.</param>
internal sealed partial class FrontDoor(HeldDag dag, ContentGate? gate, Func<bool> hasUpstreams, ILogger<FrontDoor> logger)
{
    /// <summary>The middleware: requests that are not for content go on to <paramref name="next"/>.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var path = RequestTarget.PathOf(context);
        if (path.StartsWith(ContentPath.Ipns, StringComparison.Ordinal))
            return NameAsync(context, next, path);
        if (path.StartsWith(ContentPath.Ipfs, StringComparison.Ordinal))
            return AnswerAsync(context, next, path);
        // The server reads more into a path than is written there, and so would an upstream that it is passed on to.
        return gate is not null && (context.Request.Path.StartsWithSegments("/ipfs") || context.Request.Path.StartsWithSegments("/ipns"))
            ? ContentReply.Text(StatusCodes.Status400BadRequest, "invalid path: it is not written plainly")(context)
            : next(context);
    }

    private async Task NameAsync(HttpContext context, RequestDelegate next, string path)
    {
        if (gate is not null)
        {
            var (isPath, denial) = await gate.FindAsync(path, context.RequestAborted).ConfigureAwait(false);
            if (!isPath || denial is not null)
            {
                await (denial is null ? ContentReply.Text(StatusCodes.Status400BadRequest, "invalid path: a segment is empty, dots, or wrongly encoded") : gate.Refuse(path, denial))(context).ConfigureAwait(false);
                return;
            }
        }
        await PassOnAsync(context, next, path, "names are resolved by an upstream").ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, RequestDelegate next, string text)
    {
        Reply reply;
        try
        {
            if (Decide(context, text) is not { } decided)
            {
                await PassOnAsync(context, next, text, "it is asked for in a form that an upstream may know").ConfigureAwait(false);
                return;
            }
            reply = decided;
        }
        catch (DeniedException e)
        {
            reply = gate!.Refuse(text, e.Denial);
        }
        catch (NotHeldException e)
        {
            await PassOnAsync(context, next, text, e.Message).ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // An upstream may have it whole.
            LogDamaged(text, e.Message);
            await (hasUpstreams() ? PassOn(context, next) : WithPath(text, StatusCodes.Status500InternalServerError, "what this machine holds of it cannot be served")(context)).ConfigureAwait(false);
            return;
        }
        try
        {
            await reply(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
            context.Abort();
        }
        catch (Exception e) when (e is NotHeldException or DeniedException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The client must not take what it has for the whole.
            context.Abort();
            if (!context.RequestAborted.IsCancellationRequested || e is not IOException)
                LogDamaged(text, e.Message);
        }
    }

    /// <returns>Null: in this form, only an upstream may have it.</returns>
    private Reply? Decide(HttpContext context, string text)
    {
        var (request, cancel) = (context.Request, context.RequestAborted);
        if (!ContentPath.TryParse(text, out var path, out var error))
            return ContentReply.Text(StatusCodes.Status400BadRequest, $"invalid path: {error}");
        if (gate?.Find(path) is { } denial)
            return gate.Refuse(text, denial);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return !dag.Has(path.Root) ? null : HttpMethods.IsOptions(request.Method) ? Options : ContentReply.Text(StatusCodes.Status405MethodNotAllowed, "content is only read here");
        var representation = Representation.Of(request);
        if (representation is Representation.Wrong wrong)
            return WithPath(text, StatusCodes.Status400BadRequest, wrong.Error);
        if (representation is Representation.Foreign)
            return null;

        var resolved = dag.Resolve(path);
        if (resolved.Missing is { } missing)
            return WithPath(text, StatusCodes.Status404NotFound, $"failed to resolve {text}: no link named \"{missing}\" under {resolved.Target.Cid}");
        var replies = new Replies(dag);
        return representation switch
        {
            Representation.Raw raw => replies.Raw(path, resolved, raw.FromAccept),
            Representation.Car car => replies.Car(path, resolved, car, cancel),
            _ => replies.Plain(path, resolved, ContentReply.FileName(request), cancel),
        };
    }

    private Task PassOnAsync(HttpContext context, RequestDelegate next, string path, string reason)
    {
        if (context.Request.GetTypedHeaders().CacheControl is { OnlyIfCached: true })
            return ContentReply.Text(StatusCodes.Status412PreconditionFailed, $"{path} is not on this machine")(context);
        return hasUpstreams() ? PassOn(context, next) : WithPath(path, StatusCodes.Status404NotFound, $"{path}: {reason}, and no upstream is configured")(context);
    }

    private static Task PassOn(HttpContext context, RequestDelegate next)
    {
        PullCost.Current?.From(Origin.Upstream);
        return next(context);
    }

    private static Task Options(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = "GET, HEAD, OPTIONS";
        return Task.CompletedTask;
    }

    public static Reply WithPath(string path, int status, string text) => context =>
    {
        // A path below /ipns/ is not parsed, and the server lets DEL through, which no header holds.
        if (!path.Any(char.IsControl))
            context.Response.Headers["X-Ipfs-Path"] = path;
        return ContentReply.Text(status, text)(context);
    };

    [LoggerMessage(EventId = 11, Level = LogLevel.Error, Message = "{Path} could not be served: {Problem}")]
    private partial void LogDamaged(string path, string problem);
}
