using System.Net;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>Where the Gateway listens: <c>Urls</c>, or Kestrel's endpoints.</summary>
internal static class ListeningAddresses
{
    private const string Default = "http://127.0.0.1:5000";
    private static readonly string[] Keys = ["urls", "http_ports", "https_ports"];

    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        if (Array.TrueForAll(Keys, key => string.IsNullOrEmpty(builder.Configuration[key])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(Default);
    }

    /// <summary>Those that are no address.</summary>
    public static IEnumerable<string> Wrong(IConfiguration configuration)
    {
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(url => ("urls", url));
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"] ?? ""));
        return from address in urls.Concat(endpoints)
               where !IsAddress(address.Item2)
               select $"{address.Item1}: '{address.Item2}' is no address; write http://127.0.0.1:5000";
    }

    private static bool IsAddress(string text)
    {
        try
        {
            return BindingAddress.Parse(text) is { Scheme: "http" or "https" } address && (address.IsUnixPipe || address.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
