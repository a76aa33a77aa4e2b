namespace Image2Ipfs.Gateway.Pages;

/// <summary>What every page has: the head, the way back, the field to look up a name.</summary>
/// <param name="Base">What every path begins with, for links.</param>
/// <param name="Title">The page's own.</param>
internal sealed record Frame(string Base, string Title)
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>What stands in the field.</summary>
    public string Name { get; init; } = "";

    public Html Around(Html content) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex, nofollow">
        <title>{Title} · Image2Ipfs</title>
        <link rel="icon" type="image/svg+xml" href="{Base}{Assets.Address("icon.svg")}">
        <link rel="stylesheet" href="{Base}{Assets.Address("page.css")}">
        <script src="{Base}{Assets.Address("page.js")}" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
        <a class="home" href="{Base}/"><img src="{Base}{Assets.Address("icon.svg")}" width="22" height="22" alt="">Image2Ipfs</a>
        <form role="search" action="{Base}/image">
        <label for="name">Pull name</label>
        <input id="name" name="name" value="{Name}" placeholder="root/name:tag" required autocomplete="off" autocapitalize="none" spellcheck="false">
        <button>Look up</button>
        </form>
        </header>
        <main id="main" tabindex="-1">
        {content}
        </main>
        <p id="said" class="unseen" role="status"></p>
        </body>
        </html>

        """;
}
