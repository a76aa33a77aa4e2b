namespace Image2Ipfs.Gateway.Settings;

/// <summary>An absolute address of http or https, as settings name servers.</summary>
internal static class HttpAddress
{
    public static bool Is(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}
