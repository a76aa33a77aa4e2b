using Image2Ipfs.Gateway.Access;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.FrontDoor;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Listen;
using Image2Ipfs.Gateway.Lists;
using Image2Ipfs.Gateway.Mirror;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Negotiate;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Pages;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Health;

namespace Image2Ipfs.Gateway;

/// <summary>What the program is made of, and the order in which a request meets it.</summary>
internal static partial class Host
{
    /// <summary>A longer request line is refused by the server itself, without the error JSON that registry clients show.</summary>
    private const int MaxRequestLine = 128 * 1024;

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            // A proxy that has taken TLS off says "https" on a plain connection of HTTP/2, as HAProxy does. Nothing here depends on it.
            kestrel.AllowAlternateSchemes = true;
        });
        builder.AddServiceManager();
        // HTTP/3 would be offered wherever the machine has a library for it.
        builder.Services.RemoveAll<IMultiplexedConnectionListenerFactory>();
        builder.Services.AddSingleton<Certificate>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Certificate>());
        builder.Services.AddOptions<KestrelServerOptions>().Configure<Certificate>((kestrel, certificate) => kestrel.ConfigureHttpsDefaults(certificate.Use));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new LocalStore(Settings(services).Store));
        builder.Services.AddSingleton<IMemoryCache>(services => new MemoryCache(new MemoryCacheOptions { SizeLimit = Settings(services).MemoryCacheBytes }));
        builder.Services.AddSingleton<Schema1Signer>();
        builder.Services.AddSingleton<Denylists>();
        builder.Services.AddHostedService<DenylistWatch>();
        builder.Services.AddSingleton<ContentRules>();
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddSingleton<Holders>();
        builder.Services.AddSingleton<Roots>();
        builder.Services.AddSingleton<MovingNames>();
        builder.Services.AddSingleton<IpnsRecords>();
        builder.Services.AddSingleton<DnsLinks>();
        builder.Services.AddSingleton<PlainRoots>();
        builder.Services.AddSingleton<Manifests>();
        builder.Services.AddSingleton<Schema1Conversion>();
        builder.Services.AddSingleton<Repositories>();
        builder.Services.AddSingleton<StoreSource>();
        builder.Services.AddSingleton<BlockSource>();
        builder.Services.AddSingleton<PathSource>();
        builder.Services.AddSingleton<ByDigest>();
        builder.Services.AddSingleton<Mirrors>();
        builder.Services.AddSingleton<Catalog>();
        builder.Services.AddSingleton<ReferrerLists>();
        builder.Services.AddSingleton<DiskCache>();
        builder.Services.AddSingleton<BlockCache>();
        builder.Services.AddSingleton<UpstreamPool>();
        builder.Services.AddSingleton<Asking>();
        builder.Services.AddSingleton<Dag>();
        builder.Services.AddSingleton<Plain>();
        builder.Services.AddSingleton<Fetches>();
        builder.Services.AddSingleton<Pull>();
        builder.AddPages();
        builder.Services.AddSingleton<StoreIndex>();
        builder.Services.AddSingleton<IHeld, StoreHeld>();
        builder.Services.AddSingleton<IHeld, CacheHeld>();
        builder.Services.AddSingleton<HeldDag>();
        builder.Services.AddSingleton<ContentGate>();
        builder.Services.AddSingleton<FrontDoor.FrontDoor>(services => new FrontDoor.FrontDoor(
            services.GetRequiredService<HeldDag>(),
            Settings(services).Content.AreAny ? services.GetRequiredService<ContentGate>() : null,
            () => !services.GetRequiredService<UpstreamPool>().IsEmpty,
            services.GetRequiredService<ILogger<FrontDoor.FrontDoor>>()));
        builder.AddTelemetry();
        builder.Services.AddAccess();
        builder.Services.AddSingleton<Reports>();
        builder.Services.AddSingleton<RecentPulls>();
        builder.Services.AddSingleton<Health>();
        builder.Services.AddSingleton<Stopping>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Stopping>());
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<GatewaySettings>>((host, settings) => host.ShutdownTimeout = settings.Value.Stop.Delay + settings.Value.Stop.Drain);
        // YARP brings data protection for session affinity, which is not used: no keys are to be left on disk.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        // The upstreams: a YARP cluster, which may be empty. The store alone serves then.
        builder.Services.AddSingleton<IActiveHealthCheckPolicy, AnyAnswerHealthPolicy>();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddConfigFilter<ClusterDefaults>()
            // Whose trace a request belongs to is nothing that an upstream is told.
            .ConfigureHttpClient((_, handler) => handler.ActivityHeadersPropagator = null)
            .AddTransforms(PassedHeaders.Limit);
    }

    public static void UseGateway(this WebApplication app)
    {
        var settings = Settings(app.Services);
        app.UseProxy(settings);
        app.UseAccess(settings.Access);
        app.UseMetrics(settings.Observe);
        var health = app.Services.GetRequiredService<Health>();
        app.Use(next => context => health.HandleAsync(context, next));
        var pull = app.Services.GetRequiredService<Pull>();
        app.Use(next => context => pull.HandleAsync(context, next));
        app.UsePages(settings.Page);
        app.Use(app.Services.GetRequiredService<Reports>().Content);
        var frontDoor = app.Services.GetRequiredService<FrontDoor.FrontDoor>();
        app.Use(next => context => frontDoor.HandleAsync(context, next));
        // Said here, or the framework would put both before the registry, where no pull needs them.
        app.UseRouting();
        app.UseAuthorization();
        app.MapReverseProxy();

        var store = app.Services.GetRequiredService<LocalStore>();
        app.Services.GetRequiredService<Metrics>().Watch(store, app.Services.GetRequiredService<DiskCache>(), app.Services.GetRequiredService<UpstreamPool>());
        LogStart(app.Logger, store.Folder, store.Roots().Count, settings.MemoryCacheBytes, settings.Schema1WithoutAccept);
        var names = settings.Names;
        LogNames(app.Logger, names.DnsLinks, names.NameServers.Count > 0 ? string.Join(", ", names.NameServers) : "of the system", names.MinTtl, names.MaxTtl, names.StaleFor);
        if (settings.Proxy is { AreAnyKnown: true } or { PathBase.Length: > 0 })
            LogProxy(app.Logger, string.Join(", ", settings.Proxy.KnownProxies.Concat(settings.Proxy.KnownNetworks)), settings.Proxy.PathBase, settings.Proxy.AccelRedirect);
        LogObserve(app.Logger, settings.Observe.Metrics, app.Configuration[ObserveSettings.OtlpVariable] is { Length: > 0 } otlp ? otlp : "none", settings.Observe.LinesPerSecond);
        if (settings.Content.AreAny)
            LogContent(app.Logger, settings.Content.Allow.Count, settings.Content.Deny.Count, string.Join(", ", app.Services.GetRequiredService<Denylists>().All.Select(l => $"{l.Rules.Count} rules of {l.Path}")), settings.Content.DeniedStatus);
        if (!settings.Access.IsOff)
            LogAccess(app.Logger, settings.Access.Auth, settings.Access.Anonymous, settings.Access.RequestsPerMinute, settings.Access.Burst, settings.Access.ConcurrentRequests);
        Openness.Tell(app, settings);
        LogStop(app.Logger, settings.Stop.Delay, settings.Stop.Drain);
        var upstreams = app.Services.GetRequiredService<UpstreamPool>().Ranked();
        if (upstreams.Count > 0)
            LogUpstreams(app.Logger, string.Join(", ", upstreams.Select(u => $"{u.Name} {u.Address}")), settings.Cache.Folder, settings.Cache.MaxBytes, settings.Upstreams.Patience);
    }

    [LoggerMessage(EventId = 86, Level = LogLevel.Information, Message = "Allow has {Allow} names, Deny {Deny}; Denylists [{Denylists}]; DeniedStatus {Status}")]
    private static partial void LogContent(ILogger logger, int allow, int deny, string denylists, int status);

    private static GatewaySettings Settings(IServiceProvider services) => services.GetRequiredService<IOptions<GatewaySettings>>().Value;

    [LoggerMessage(EventId = 9, Level = LogLevel.Information, Message = "Behind proxies {Known}; PathBase {PathBase}; AccelRedirect {AccelRedirect}")]
    private static partial void LogProxy(ILogger logger, string known, string pathBase, string accelRedirect);

    [LoggerMessage(EventId = 95, Level = LogLevel.Information, Message = "Auth {Auth}, Anonymous {Anonymous}; RequestsPerMinute {RequestsPerMinute}, Burst {Burst}, ConcurrentRequests {ConcurrentRequests} of each client")]
    private static partial void LogAccess(ILogger logger, AuthWay auth, bool anonymous, int requestsPerMinute, int burst, int concurrentRequests);

    [LoggerMessage(EventId = 8, Level = LogLevel.Information, Message = "/metrics {Metrics}; Otlp {Otlp}; LinesPerSecond {LinesPerSecond}")]
    private static partial void LogObserve(ILogger logger, bool metrics, string otlp, int linesPerSecond);

    [LoggerMessage(EventId = 7, Level = LogLevel.Information, Message = "Stop after a Delay of {Delay}, and a Drain of at most {Drain}")]
    private static partial void LogStop(ILogger logger, TimeSpan delay, TimeSpan drain);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "Upstreams {Upstreams}; Cache {Folder} of at most {MaxBytes} bytes; Patience {Patience}")]
    private static partial void LogUpstreams(ILogger logger, string upstreams, string folder, long maxBytes, TimeSpan patience);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "DnsLinks {DnsLinks}, NameServers {NameServers}; names are remembered {MinTtl} to {MaxTtl}, StaleFor {StaleFor}")]
    private static partial void LogNames(ILogger logger, DnsLinkWay dnsLinks, string nameServers, TimeSpan minTtl, TimeSpan maxTtl, TimeSpan staleFor);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Store {Folder} has {Roots} roots; MemoryCacheBytes {MemoryCacheBytes}, Schema1WithoutAccept {Schema1WithoutAccept}")]
    private static partial void LogStart(ILogger logger, string folder, int roots, long memoryCacheBytes, bool schema1WithoutAccept);
}
