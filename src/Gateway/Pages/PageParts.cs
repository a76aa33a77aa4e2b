using Image2Ipfs.Gateway.Lists;
using Image2Ipfs.Gateway.Settings;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>What the page is made of. Where it is off nothing of it is made.</summary>
internal static partial class PageParts
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RootList>();
        builder.Services.AddSingleton<ImageReader>();
        builder.Services.AddSingleton<Overview>();
        builder.Services.AddSingleton<Look>();
        builder.Services.AddSingleton<Visit>();
    }

    /// <summary>Behind the registry, whose requests are most of all.</summary>
    public static void UsePages(this WebApplication app, PageSettings settings)
    {
        LogPage(app.Logger, settings.Enabled, settings.RecentPulls);
        if (!settings.Enabled)
            return;
        var visit = app.Services.GetRequiredService<Visit>();
        app.Use(next => context => visit.HandleAsync(context, next));
    }

    [LoggerMessage(EventId = 71, Level = LogLevel.Information, Message = "Page {Page}; RecentPulls {RecentPulls}")]
    private static partial void LogPage(ILogger logger, bool page, int recentPulls);
}
