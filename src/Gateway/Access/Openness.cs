using System.Net;
using Image2Ipfs.Gateway.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Image2Ipfs.Gateway.Access;

/// <summary>What is said once, when it listens, to whoever has made it reachable from elsewhere.</summary>
internal static partial class Openness
{
    public static void Tell(WebApplication app, GatewaySettings settings) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var wide = addresses.Where(IsWide).ToList();
        if (Open(settings, wide) is { } open)
            LogOpen(app.Logger, string.Join(", ", wide), open);
        if (InTheClear(settings, wide) is { Count: > 0 } clear)
            LogInTheClear(app.Logger, string.Join(", ", clear));
    });

    /// <summary>Whether somebody on another machine can come to it. A socket is a file, with a file's rights.</summary>
    public static bool IsWide(string address)
    {
        var binding = BindingAddress.Parse(address);
        if (binding.IsUnixPipe || binding.IsNamedPipe || binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return false;
        // Any other name is every address of the machine.
        return !IPAddress.TryParse(binding.Host, out var ip) || !IPAddress.IsLoopback(ip);
    }

    /// <returns>What nobody needs a login for, or null: nothing.</returns>
    public static string? Open(GatewaySettings settings, IReadOnlyCollection<string> wide)
    {
        var access = settings.Access;
        if (wide.Count == 0 || (access.Auth != AuthWay.None && !access.Anonymous))
            return null;
        List<string> open = [access.Auth == AuthWay.None ? "pulls, /ipfs/, the catalog, /health/ready" : "pulls and /ipfs/"];
        if (access.Auth == AuthWay.None && settings.Observe.Metrics)
            open.Add("/metrics");
        return string.Join(", ", open) + (access.RequestsPerMinute == 0 ? ", without a limit" : "");
    }

    /// <returns>The addresses at which passwords can be read on the way.</returns>
    public static IReadOnlyCollection<string> InTheClear(GatewaySettings settings, IReadOnlyCollection<string> wide) =>
        settings.Access.Auth == AuthWay.None || settings.Proxy.AreAnyKnown ? [] : [.. wide.Where(a => a.StartsWith("http:", StringComparison.OrdinalIgnoreCase))];

    [LoggerMessage(EventId = 93, Level = LogLevel.Warning, Message = "Other machines reach {Addresses}, and need no login for {Open}: docs/operating.md, \"Who may\"")]
    private static partial void LogOpen(ILogger logger, string addresses, string open);

    [LoggerMessage(EventId = 94, Level = LogLevel.Warning, Message = "Passwords and tokens can be read on their way to {Addresses}: there is no TLS, and no proxy that is known (Proxy:KnownProxies)")]
    private static partial void LogInTheClear(ILogger logger, string addresses);
}
