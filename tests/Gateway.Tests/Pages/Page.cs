using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests.Pages;

/// <summary>A page as a browser gets it. Whatever is asked for, its headers shut strangers' text in, and its markup is whole.</summary>
internal sealed partial record Page(Reply Reply, string Html)
{
    private static readonly HashSet<string> Elements =
    [
        "!doctype", "html", "head", "meta", "title", "link", "script", "body", "a", "header", "img", "form", "label", "input", "button", "main", "p", "h1", "h2", "h3", "nav", "ol", "li", "span", "code", "pre",
        "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "div", "time", "meter", "details", "summary", "svg", "rect",
    ];

    private static readonly HashSet<string> Void = ["!doctype", "meta", "link", "img", "input"];

    public int Status => Reply.Status;

    /// <summary>What is read, with one space between.</summary>
    public string Text => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(Html, " ")), " ");

    /// <summary>Where its links lead, and its files lie.</summary>
    public IEnumerable<string> Links => Addresses().Matches(Html).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value));

    /// <summary>Where its forms lead.</summary>
    public IEnumerable<string> Forms => Targets().Matches(Html).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value));

    public static async Task<Page> GetAsync(RunningGateway gateway, string path, params (string, string)[] headers) => Of(await gateway.GetAsync(path, headers));

    public static Page Of(Reply reply)
    {
        var page = new Page(reply, Encoding.UTF8.GetString(reply.Body));
        Assert.Equal("text/html; charset=utf-8", reply["Content-Type"]);
        Assert.Equal("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", reply["Content-Security-Policy"]);
        Assert.Equal(("nosniff", "no-referrer", "no-store", "same-origin"), (reply["X-Content-Type-Options"], reply["Referrer-Policy"], reply["Cache-Control"], reply["Cross-Origin-Resource-Policy"]));
        page.IsWhole();
        return page;
    }

    /// <summary>Every element is one of ours and is closed, no attribute is a handler, and outside of elements nothing looks like one.</summary>
    private void IsWhole()
    {
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(Html))
        {
            var name = tag.Groups[2].Value.ToLowerInvariant();
            Assert.Contains(name, Elements);
            Assert.DoesNotMatch(@"(?i)\s(on\w+|style|srcdoc)\s*=", Values().Replace(tag.Value, "=\"\""));
            if (tag.Groups[1].Length > 0)
                Assert.Equal(open.Pop(), name);
            else if (!Void.Contains(name) && !tag.Value.EndsWith("/>", StringComparison.Ordinal))
                open.Push(name);
        }
        Assert.Empty(open);
        Assert.DoesNotMatch("[<>]", Tag().Replace(Html, ""));
        Assert.DoesNotMatch("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]", Html.Replace("\r", "", StringComparison.Ordinal));
        Assert.All(Links.Concat(Forms), link => Assert.Matches("^(/|#main$)", link));
        var ids = Ids().Matches(Html).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [GeneratedRegex("<(/?)(!?[A-Za-z][A-Za-z0-9]*)((?:\\s+[A-Za-z][A-Za-z-]*(?:=\"[^\"<>]*\")?)*)\\s*/?>")]
    private static partial Regex Tag();

    [GeneratedRegex("=\"[^\"]*\"")]
    private static partial Regex Values();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex("\\s(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex("\\saction=\"([^\"]*)\"")]
    private static partial Regex Targets();

    [GeneratedRegex("\\sid=\"([^\"]*)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
