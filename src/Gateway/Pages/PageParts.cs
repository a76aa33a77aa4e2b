using Image2Ipfs.Gateway.Lists;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>What the page is made of. Where it is off nothing of it is made.</summary>
internal static class PageParts
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
    public static void UsePages(this WebApplication app, Settings.PageSettings settings)
    {
        if (!settings.Enabled)
            return;
        var visit = app.Services.GetRequiredService<Visit>();
        app.Use(next => context => visit.HandleAsync(context, next));
    }
}
