using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Image2Ipfs.EndToEnd.Tests.Pages;

/// <summary>A page in the browser, and all that went wrong in it: it complains of nothing, asks nobody else, and opens no dialog.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<Uri> _requests = new();

    internal Tab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Complain(message);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Dialog += (_, dialog) => _complaints.Enqueue($"a dialog says {dialog.Message}");
        page.RequestFailed += (_, request) => _complaints.Enqueue($"{request.Url}: {request.Failure}");
        page.Request += (_, request) => _requests.Enqueue(new Uri(request.Url));
    }

    public IPage Page { get; }

    /// <summary>Goes to an address, and waits until the page's own script has run.</summary>
    /// <returns>The status.</returns>
    public async Task<int> GoAsync(Uri address)
    {
        var response = await Page.GotoAsync(address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        return response!.Status;
    }

    /// <summary>Whether the page is as wide as the window, or less.</summary>
    public Task<bool> FitsAsync() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth");

    /// <summary>Nothing has gone wrong, and nobody but the Gateway was asked.</summary>
    public void IsClean(Uri gateway)
    {
        Assert.Empty(_complaints);
        Assert.All(_requests, r => Assert.Equal(gateway.GetLeftPart(UriPartial.Authority), r.GetLeftPart(UriPartial.Authority)));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    /// <summary>That a page has the status of an error is no error of the page's.</summary>
    private void Complain(IConsoleMessage message)
    {
        if (!(message.Text.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal) && message.Location == Location(Page.Url)))
            _complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");

        static string Location(string url) => $"{url}:0:0";
    }
}
