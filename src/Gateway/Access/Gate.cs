using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// In front of everything, where who may use the Gateway is limited:
/// <list type="number">
/// <item>who is it: a login, a token, or nobody who says so;</item>
/// <item>does this client not ask for too much;</item>
/// <item>may it have what it asks for;</item>
/// <item>then the request goes on, and no cache on its way keeps the answer for others.</item>
/// </list>
/// What is not said to be open is shut.
/// </summary>
internal sealed class Gate(IOptions<GatewaySettings> settings, IServiceProvider services, Limits limits, Metrics metrics)
{
    public const string WrongLogin = "the user or the password is wrong";

    private const string LoginNeeded = "a login is needed";

    private readonly AccessSettings _settings = settings.Value.Access;
    private readonly Logins? _logins = string.IsNullOrEmpty(settings.Value.Access.Users) ? null : services.GetRequiredService<Logins>();
    private readonly TokenCheck? _tokens = settings.Value.Access.Auth == AuthWay.Token ? services.GetRequiredService<TokenCheck>() : null;
    private readonly TokenService? _service = settings.Value.Access.GivesTokens ? services.GetRequiredService<TokenService>() : null;

    /// <summary>The middleware.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var place = Place.Of(context);
        if (place.Kind == PlaceKind.Open)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        var (caller, refusal) = _settings.Auth == AuthWay.None ? (Caller.Anybody, null) : await EnterAsync(context, place).ConfigureAwait(false);
        IDisposable? running = null;
        // Too much is said before anything else; a probe is never too much.
        refusal = (place.Kind == PlaceKind.Ready ? null : limits.Take(Client.Of(caller, context), out running)) ?? refusal;
        using (running)
        {
            if (refusal is null && _service is not null && place.Kind == PlaceKind.Token)
                refusal = await _service.HandleAsync(context, caller).ConfigureAwait(false);
            else if (refusal is null)
                await GoOnAsync(context, caller, next).ConfigureAwait(false);
            if (refusal is null)
                return;
            metrics.Refused(refusal.Reason);
            await refusal.WriteAsync(context).ConfigureAwait(false);
        }
    }

    private Task GoOnAsync(HttpContext context, Caller caller, RequestDelegate next)
    {
        if (_settings.Auth != AuthWay.None)
        {
            context.Features.Set(caller);
            if (context.Request.Headers.Authorization.Count > 0)
                PrivateAnswers.Of(context.Response);
        }
        return next(context);
    }

    private async ValueTask<(Caller, Refusal?)> EnterAsync(HttpContext context, Place place)
    {
        switch (Credentials.Of(context.Request.Headers.Authorization))
        {
            case Credentials.None:
                var isOpen = place.Kind == PlaceKind.Ready || (place.Kind == PlaceKind.Token && _service is not null) || (_settings.Anonymous && place.IsForAnybody && (_tokens is null || place.Kind != PlaceKind.Registry));
                return (Caller.Anybody, isOpen ? null : Refusal.Unauthenticated(Challenge(context, place), LoginNeeded));
            case Credentials.Login login when _logins is not null:
                var (isRight, notBefore) = await _logins.AskAsync(login, Client.At(context.Connection.RemoteIpAddress), context.RequestAborted).ConfigureAwait(false);
                return notBefore is { } pause ? (Caller.Anybody, Refusal.TooManyLogins(pause))
                    : isRight ? (new Caller(login.User), null)
                    : (Caller.Anybody, Refusal.Unauthenticated(Challenge(context, place), WrongLogin));
            // Whoever has a token gets no other one for it.
            case Credentials.Bearer(var token) when _tokens is not null && place.Kind != PlaceKind.Token:
                return await EnterAsync(context, place, token).ConfigureAwait(false);
            default:
                return (Caller.Anybody, Refusal.Unauthenticated(Challenge(context, place), LoginNeeded));
        }
    }

    private async ValueTask<(Caller, Refusal?)> EnterAsync(HttpContext context, Place place, string token)
    {
        if (await _tokens!.CheckAsync(token).ConfigureAwait(false) is not { } grant)
            return (Caller.Anybody, Refusal.Unauthenticated(Challenge(context, place, "invalid_token"), "the token does not count, or not any more"));
        return (grant.Caller, place.Needed is { } needed && !grant.Allows(needed) ? Refusal.Forbidden(Challenge(context, place, "insufficient_scope"), needed) : null);
    }

    /// <summary>Registry clients go for a token; browsers and the rest know a password only.</summary>
    private string Challenge(HttpContext context, Place place, string? error = null)
    {
        if (_tokens is null || (place.Kind != PlaceKind.Registry && _logins is not null))
            return $"Basic realm=\"{_settings.Service}\"";
        var request = context.Request;
        var realm = _settings.Realm is { Length: > 0 } elsewhere ? elsewhere : $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}{TokenService.Path}";
        return $"Bearer realm=\"{realm}\",service=\"{_settings.Service}\"{(place.Needed is { } scope ? $",scope=\"{scope}\"" : "")}{(error is null ? "" : $",error=\"{error}\"")}";
    }
}
