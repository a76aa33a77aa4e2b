using System.Globalization;
using System.Text.Json;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Registry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// <c>/token</c>: a token for a login.
/// <list type="number">
/// <item>GET, with the login in its Authorization header; or POST, a form with a password or with a token that was given before;</item>
/// <item>who it is;</item>
/// <item>what of the scopes may be given: pulls, whatever else is asked for, and to users the list of names;</item>
/// <item>the token, and one for later where it is asked for.</item>
/// </list>
/// Source: distribution, docs/spec/auth/token.md and oauth.md.
/// </summary>
internal sealed class TokenService(IOptions<GatewaySettings> settings, TokenIssuer issuer, Logins logins)
{
    public const string Path = "/token";

    private const int MaxForm = 64 * 1024;
    private const int MaxScopes = 20;

    private readonly AccessSettings _settings = settings.Value.Access;

    /// <param name="context">The request.</param>
    /// <param name="caller">Who its Authorization header says that it is; nobody is asked for it.</param>
    /// <returns>Null when it is answered, else the refusal.</returns>
    public async Task<Refusal?> HandleAsync(HttpContext context, Caller caller)
    {
        var request = context.Request;
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsGet(request.Method))
            return await AnswerAsync(context, caller, new Asked(request.Query["service"], request.Query["scope"], request.Query["offline_token"] == "true", null)).ConfigureAwait(false);
        if (HttpMethods.IsPost(request.Method))
            return await PostAsync(context).ConfigureAwait(false);
        context.Response.Headers.Allow = "GET, POST";
        return Bad("tokens are asked for with GET or POST", StatusCodes.Status405MethodNotAllowed);
    }

    private async Task<Refusal?> PostAsync(HttpContext context)
    {
        if (await ReadFormAsync(context).ConfigureAwait(false) is not { } form)
            return Bad("a form is what a token is asked for with: grant_type, service, scope");
        var (caller, refreshing) = (Caller.Anybody, (string?)null);
        switch ((string?)form["grant_type"])
        {
            case "password":
                if (Credentials.OfLogin(form["username"].ToString(), form["password"].ToString()) is not Credentials.Login login)
                    return Wrong();
                var (isRight, notBefore) = await logins.AskAsync(login, Client.At(context.Connection.RemoteIpAddress), context.RequestAborted).ConfigureAwait(false);
                if (notBefore is { } pause)
                    return Refusal.TooManyLogins(pause);
                if (!isRight)
                    return Wrong();
                caller = new Caller(login.User);
                break;
            case "refresh_token":
                refreshing = form["refresh_token"].ToString();
                if (await issuer.UserOfAsync(refreshing).ConfigureAwait(false) is not { } user)
                    return Wrong();
                caller = new Caller(user);
                break;
            default:
                return Bad("grant_type is password or refresh_token");
        }
        var reply = new Asked(form["service"], form["scope"], form["access_type"] == "offline", refreshing) { IsForm = true };
        return await AnswerAsync(context, caller, reply).ConfigureAwait(false);
    }

    private async Task<Refusal?> AnswerAsync(HttpContext context, Caller caller, Asked asked)
    {
        if (caller.User is null && !_settings.Anonymous)
            return Wrong();
        if (asked.Service is { Length: > 0 } service && service != _settings.Service)
            return Bad($"tokens are given for {_settings.Service} here");
        var wanted = Scope.ParseAll(asked.Scopes).Take(MaxScopes + 1).ToList();
        if (wanted.Count > MaxScopes)
            return Bad($"a token is for {MaxScopes} scopes at most");
        var granted = wanted.Where(s => s.IsOfRepository ? RepositoryName.TryParse(s.Name, out _) : s == Scope.Everything && caller.User is not null).Distinct().ToList();
        var (token, from) = issuer.Give(caller.User, granted);
        var later = asked.Refreshing ?? (asked.ForLater && caller.User is { } user ? issuer.GiveRefreshing(user) : null);
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new TokenReply(token, token, (int)_settings.TokenLifetime.TotalSeconds, from.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), later, asked.IsForm ? string.Join(' ', granted) : null),
            TokenJson.Default.TokenReply);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
        return null;
    }

    private static async Task<IFormCollection?> ReadFormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxForm;
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            return null;
        }
    }

    private Refusal Wrong() => Refusal.Unauthenticated($"Basic realm=\"{_settings.Service}\"", Gate.WrongLogin);

    private static Refusal Bad(string message, int status = StatusCodes.Status400BadRequest) => new(RefusalReason.Unauthenticated, new RegistryError(status, "UNSUPPORTED", message));

    /// <param name="Service">Whom it is for.</param>
    /// <param name="Scopes">As they were said.</param>
    /// <param name="ForLater">Whether a token is wanted that gets more.</param>
    /// <param name="Refreshing">That token, where it was given before.</param>
    private sealed record Asked(string? Service, IEnumerable<string?> Scopes, bool ForLater, string? Refreshing)
    {
        public bool IsForm { get; init; }
    }
}
