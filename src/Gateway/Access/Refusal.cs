using System.Globalization;
using System.Text;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Request;

namespace Image2Ipfs.Gateway.Access;

/// <summary>Why a request is refused, as far as it is counted.</summary>
internal enum RefusalReason
{
    /// <summary>Nobody knows who sends it.</summary>
    Unauthenticated,

    /// <summary>Its token is not for what it asks for.</summary>
    Forbidden,

    /// <summary>Too many requests, or wrong passwords, in a short time.</summary>
    Rate,

    /// <summary>Too many at the same time.</summary>
    Concurrency,
}

/// <summary>A request that is refused before anybody has looked at what it asks for.</summary>
internal sealed record Refusal(RefusalReason Reason, RegistryError Error)
{
    /// <summary>The WWW-Authenticate header: how to come in.</summary>
    public string? Challenge { get; init; }

    public static Refusal Unauthenticated(string challenge, string message) =>
        new(RefusalReason.Unauthenticated, new RegistryError(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", message)) { Challenge = challenge };

    /// <summary>With 401, as distribution answers: clients then get a token that has the scope.</summary>
    public static Refusal Forbidden(string challenge, Scope needed) =>
        new(RefusalReason.Forbidden, new RegistryError(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", $"the token is not for {needed}")) { Challenge = challenge };

    public static Refusal TooMany(TimeSpan retryAfter) =>
        new(RefusalReason.Rate, new RegistryError(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "too many requests; Retry-After says when the next one is welcome") { RetryAfter = retryAfter });

    public static Refusal TooManyLogins(TimeSpan retryAfter) =>
        new(RefusalReason.Rate, new RegistryError(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "too many logins that failed; Retry-After says when the next one is welcome") { RetryAfter = retryAfter });

    public static readonly Refusal TooManyAtOnce =
        new(RefusalReason.Concurrency, new RegistryError(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "too many requests at the same time") { RetryAfter = TimeSpan.FromSeconds(1) });

    /// <summary>The registry's error JSON below /v2/ and at /token, where registry clients read it; text for everybody else.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (RegistryPath.IsRegistry(RequestTarget.PathOf(context)) || request.Path == TokenService.Path)
            return AnswerWriter.WriteAsync(context, Error);
        var text = Encoding.UTF8.GetBytes(Error.Message + "\n");
        response.StatusCode = Error.Status;
        if (Error.RetryAfter is { } pause)
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(pause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = text.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(text, context.RequestAborted).AsTask();
    }
}
