using Microsoft.Playwright;

namespace Image2Ipfs.EndToEnd.Tests.Pages;

/// <summary>Debian's Chromium, started when a test first needs it.</summary>
public sealed class Browser : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    /// <summary>Without its own errands: it is to connect to nothing but the Gateway.</summary>
    private static readonly string[] Arguments =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A tab of its own, as a person's browser would have it.</summary>
    public async Task<Tab> OpenAsync(BrowserNewContextOptions? options = null)
    {
        if (_browser is null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = Arguments });
        }
        var context = await _browser.NewContextAsync(options ?? new BrowserNewContextOptions());
        return new Tab(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }
}
