using System.Net;
using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Settings;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;

namespace Image2Ipfs.Gateway.Request;

/// <summary>What a proxy in front says of a request, if it is known; and the beginning of all paths, where it leaves one.</summary>
internal static class BehindProxy
{
    public static void UseProxy(this WebApplication app, GatewaySettings all)
    {
        var settings = all.Proxy;
        // First, as long as the address is still the proxy's.
        if (settings.AccelRedirect.Length > 0)
            app.Use(AccelRedirect.For(all, Options(settings)));
        if (settings.AreAnyKnown)
            app.UseForwardedHeaders(Options(settings));
        if (settings.PathBase.Length > 0)
            app.Use(next => context => next(Strip(context, settings.PathBase)));
    }

    private static ForwardedHeadersOptions Options(ProxySettings settings)
    {
        // As many proxies in a row as are known.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All, ForwardLimit = null };
        // Loopback is known to the framework; here, only who is named.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in settings.KnownProxies)
            options.KnownProxies.Add(IPAddress.Parse(proxy));
        foreach (var network in settings.KnownNetworks)
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        return options;
    }

    /// <summary>Without its beginning it is what it would be on a host of its own, the request line too: paths are read from there.</summary>
    private static HttpContext Strip(HttpContext context, PathString pathBase)
    {
        var line = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        if (!context.Request.Path.StartsWithSegments(pathBase, StringComparison.Ordinal, out var rest) || !line.RawTarget.StartsWith(pathBase.Value!, StringComparison.Ordinal))
            return context;
        context.Request.PathBase = context.Request.PathBase.Add(pathBase);
        context.Request.Path = rest.HasValue ? rest : "/";
        line.RawTarget = line.RawTarget[pathBase.Value!.Length..] is ['/', ..] target ? target : "/" + line.RawTarget[pathBase.Value.Length..];
        return context;
    }
}
