using System.Reflection;
using Image2Ipfs.Gateway.Settings;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>Where measurements and spans go: /metrics, and a collector.</summary>
internal static class Telemetry
{
    private const string MetricsPath = "/metrics";

    /// <summary>How old an answer of /metrics may be. A scrape comes every few seconds at most.</summary>
    private const int ScrapeCacheMilliseconds = 100;

    private static readonly string[] Meters = [Metrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>Without the commit, which stands behind a plus.</summary>
    private static string? Version =>
        typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Metrics>();
        var settings = SettingsOf(builder.Configuration);
        // The packages read the rest of their variables by themselves.
        if (settings.Otlp is { Length: > 0 } own)
            builder.Configuration[ObserveSettings.OtlpVariable] = own;
        var isSent = !string.IsNullOrEmpty(builder.Configuration[ObserveSettings.OtlpVariable]);
        if (!settings.Metrics && !isSent)
            return;
        var telemetry = builder.Services.AddOpenTelemetry();
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_SERVICE_NAME"]))
            telemetry.ConfigureResource(resource => resource.AddService("image2ipfs-gateway", serviceVersion: Version));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters);
            if (settings.Metrics)
                metrics.AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = ScrapeCacheMilliseconds);
            if (isSent)
                metrics.AddOtlpExporter();
        });
        if (isSent)
            telemetry.WithTracing(traces => traces.AddSource(Spans.SourceName).AddAspNetCoreInstrumentation(server => server.Filter = context => !Health.Owns(context.Request.Path)).AddOtlpExporter());
    }

    public static void UseMetrics(this WebApplication app, ObserveSettings settings)
    {
        if (settings.Metrics)
            app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path.Value == MetricsPath && HttpMethods.IsGet(context.Request.Method));
    }

    /// <summary>Before the settings are validated: what is wrong with them is said then.</summary>
    private static ObserveSettings SettingsOf(IConfiguration configuration) => configuration.GetSection(ObserveSettings.Section).Get<ObserveSettings>() ?? new ObserveSettings();
}
