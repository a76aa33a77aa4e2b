using Image2Ipfs.Gateway.Settings;

namespace Image2Ipfs.Gateway.Access;

/// <summary>The parts of who may use the Gateway, and their place in a request's way. Where nothing is limited, there are none.</summary>
internal static class AccessControl
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<Users>();
        services.AddSingleton<Limits>();
        services.AddSingleton<Logins>();
        services.AddSingleton<SigningKey>();
        services.AddSingleton<TokenCheck>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<TokenService>();
        services.AddSingleton<Gate>();
    }

    /// <summary>Behind what a proxy says of the client, and before all that answers.</summary>
    public static void UseAccess(this WebApplication app, AccessSettings settings)
    {
        if (settings.IsOff)
            return;
        var gate = app.Services.GetRequiredService<Gate>();
        app.Use(next => context => gate.HandleAsync(context, next));
    }
}
