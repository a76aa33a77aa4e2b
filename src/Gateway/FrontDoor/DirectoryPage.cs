using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>A directory for people. No script, no style, nothing from elsewhere; every name is somebody else's text.</summary>
internal static class DirectoryPage
{
    public const string ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Programs read directories as blocks; a person reads no further than this.</summary>
    private const int MaxEntries = 10_000;

    /// <summary>The number goes up when the page changes.</summary>
    public static string ETag(Cid directory) => $"\"DirIndex-1_CID-{directory}\"";

    public static byte[] Of(ContentPath path, Cid directory, IEnumerable<DagLink> entries)
    {
        var title = Html(path.Text);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<p>{directory}</p>\n<table>\n");
        if (path.Segments.Count > 0)
            page.Append("<tr><td><a href=\"..\">..</a></td><td></td><td></td></tr>\n");
        var shown = 0;
        foreach (var entry in entries)
        {
            if (++shown > MaxEntries)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>and more than {MaxEntries} others</td><td></td><td></td></tr>\n");
                break;
            }
            // "./" keeps a name with a colon from being an address.
            page.Append(CultureInfo.InvariantCulture, $"<tr><td><a href=\"./{Uri.EscapeDataString(entry.Name)}\">{Html(entry.Name)}</a></td><td>{entry.TotalSize}</td><td>{entry.Cid}</td></tr>\n");
        }
        page.Append("</table>\n</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);
}
