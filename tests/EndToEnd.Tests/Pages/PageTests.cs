using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Image2Ipfs.EndToEnd.Tests.Pages;

/// <summary>The page for people, in a browser: by eye, by keyboard, by a screen reader's rules, with and without JavaScript.</summary>
public sealed class PageTests(PageSite site, Browser browser) : IClassFixture<PageSite>, IClassFixture<Browser>
{
    public static TheoryData<ColorScheme, int> Looks => new() { { ColorScheme.Light, 1280 }, { ColorScheme.Dark, 1280 }, { ColorScheme.Light, 320 }, { ColorScheme.Dark, 320 }, { ColorScheme.Light, 640 } };

    /// <summary>640 pixels are a window of 1280 at a zoom of 200 %.</summary>
    [EndToEndTheory]
    [MemberData(nameof(Looks))]
    public async Task Every_view_is_clean_accessible_and_fits_its_window(ColorScheme scheme, int width)
    {
        await site.StartAsync();
        foreach (var (path, status) in site.Views)
        {
            await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 800 } });
            Assert.Equal(status, await tab.GoAsync(new Uri(site.Gateway, path)));
            Assert.True(await tab.FitsAsync(), path);
            // What is folded is read too.
            await tab.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(d => d.open = true)");
            Assert.True(await tab.FitsAsync(), path);
            tab.IsClean(site.Gateway);
            var found = await tab.Page.RunAxe();
            Assert.True(found.Violations.Length == 0, $"{path}: {string.Join('\n', found.Violations.Select(Describe))}");
            Assert.Contains(found.Passes, rule => rule.Id == "color-contrast");
        }
    }

    [EndToEndFact]
    public async Task Both_themes_are_themes()
    {
        await site.StartAsync();
        var colours = new List<string>();
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { ColorScheme = scheme });
            await tab.GoAsync(site.Gateway);
            colours.Add(await tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        }
        Assert.Equal(["rgb(251, 251, 250)", "rgb(19, 22, 25)"], colours);
    }

    [EndToEndFact]
    public async Task Every_copy_button_copies_its_text_and_says_so()
    {
        await site.StartAsync();
        await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        await tab.GoAsync(new Uri(site.Gateway, $"/image?name={site.Name}:1.0"));
        await tab.Page.Locator("details.fold > summary").ClickAsync();
        var buttons = await tab.Page.Locator("button.copy").AllAsync();
        Assert.Equal(15, buttons.Count);
        foreach (var button in buttons)
        {
            var text = await tab.Page.Locator($"id={await button.GetAttributeAsync("data-copy")}").TextContentAsync();
            await button.ClickAsync();
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync($"Copied: {text}");
            Assert.Equal("Copied", await button.TextContentAsync());
            Assert.Equal(text, await tab.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        }
        await Assertions.Expect(buttons[^1]).ToHaveTextAsync("Copy");
        tab.IsClean(site.Gateway);
    }

    /// <summary>So it is over plain HTTP from another machine.</summary>
    [EndToEndFact]
    public async Task Where_the_browser_has_no_clipboard_for_it_text_is_copied_all_the_same()
    {
        await site.StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.Page.AddInitScriptAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined });");
        await tab.GoAsync(new Uri(site.Gateway, $"/image?name={site.Name}:1.0"));
        await tab.Page.EvaluateAsync("() => { window.copied = null; document.addEventListener('copy', () => window.copied = document.activeElement.value); }");
        await tab.Page.Locator("button[data-copy=tag-Docker]").ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync($"Copied: docker pull {site.Gateway.Authority}/{site.Name}:1.0");
        Assert.Equal($"docker pull {site.Gateway.Authority}/{site.Name}:1.0", await tab.Page.EvaluateAsync<string>("() => window.copied"));
        tab.IsClean(site.Gateway);
    }

    [EndToEndFact]
    public async Task All_of_it_is_reached_and_used_by_keyboard()
    {
        await site.StartAsync();
        await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        await tab.GoAsync(site.Gateway);
        var page = tab.Page;
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await FocusedAsync());
        // It is out of sight until then.
        Assert.True(await page.EvaluateAsync<bool>("() => document.activeElement.getBoundingClientRect().top >= 0 || document.getAnimations().length > 0"));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("q", await page.EvaluateAsync<string>("() => document.activeElement.id"));

        await page.ReloadAsync();
        await page.EvaluateAsync("() => document.activeElement.blur()");
        await page.Locator(".skip").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Image2Ipfs", await FocusedAsync());
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync($"{site.Name}:1.0");
        await Assertions.Expect(page.Locator("input:focus")).ToHaveValueAsync($"{site.Name}:1.0");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync($"{site.Gateway}image?name={Uri.EscapeDataString($"{site.Name}:1.0")}");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Pull" })).ToBeVisibleAsync();

        // On to the first copy button, and through every link and button of the page once.
        var seen = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focused = await FocusedAsync();
            if (focused.Length == 0)
                break;
            Assert.NotEqual("none", await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));
            if (focused == "Copy" && !seen.Contains("Copy"))
            {
                await page.Keyboard.PressAsync("Enter");
                await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Copied: sha256:");
            }
            seen.Add(focused);
        }
        foreach (var reached in new[] { "Image2Ipfs", "Look up", "Images", "team/app", "Copy", "By digest, which always means these bytes", "linux/arm64/v8", "application/vnd.test.signature" })
            Assert.Contains(reached, seen);

        await page.Locator("details.fold > summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("id=digest-Docker")).ToBeVisibleAsync();
        tab.IsClean(site.Gateway);

        Task<string> FocusedAsync() => page.EvaluateAsync<string>("() => document.activeElement === document.body ? '' : (document.activeElement.innerText || document.activeElement.id).trim()");
    }

    [EndToEndFact]
    public async Task Without_JavaScript_nothing_is_missing_but_the_buttons()
    {
        await site.StartAsync();
        await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        await tab.GoAsync(site.Gateway);
        await tab.Page.GetByLabel("Find by name or root").FillAsync("team/other");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "team/other", Exact = true })).ToBeVisibleAsync();
        await tab.Page.GetByLabel("Pull name").FillAsync($"{site.Name}:1.0");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Look up" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("team/app:1.0");
        await Assertions.Expect(tab.Page.Locator("id=tag-Docker")).ToBeVisibleAsync();
        Assert.Equal(15, await tab.Page.Locator("button.copy").CountAsync());
        foreach (var button in await tab.Page.Locator("button.copy").AllAsync())
            await Assertions.Expect(button).ToBeHiddenAsync();
        await tab.Page.Locator("details.fold > summary").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("id=digest-Docker")).ToBeVisibleAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "linux/arm64/v8" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("Platform");
        tab.IsClean(site.Gateway);
    }

    [EndToEndFact]
    public async Task Whoever_wants_no_motion_gets_none()
    {
        await site.StartAsync();
        await using var tab = await browser.OpenAsync(new BrowserNewContextOptions { ReducedMotion = ReducedMotion.Reduce });
        await tab.GoAsync(site.Gateway);
        Assert.Equal("0s", await tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.skip')).transitionDuration"));
    }

    /// <summary>Strangers' text did not become an element, whatever the browser makes of the markup.</summary>
    [EndToEndFact]
    public async Task Hostile_text_is_shown_and_does_nothing()
    {
        await site.StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(new Uri(site.Gateway, $"/image?name={site.Name}:hostile"));
        Assert.Equal(1, await tab.Page.Locator("script").CountAsync());
        Assert.Equal(1, await tab.Page.Locator("img").CountAsync());
        Assert.False(await tab.Page.EvaluateAsync<bool>("() => [...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => a.name.startsWith('on')))"));
        await Assertions.Expect(tab.Page.Locator(".pairs").First).ToContainTextAsync("<script>alert(1)</script>");
        tab.IsClean(site.Gateway);
    }

    private static string Describe(AxeResultItem rule) => $"{rule.Id}: {rule.Help} {string.Join("; ", rule.Nodes.Select(n => n.Html))}";
}
