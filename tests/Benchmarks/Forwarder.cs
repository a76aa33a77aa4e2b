using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Image2Ipfs.Benchmarks;

/// <summary>YARP's direct forwarder with nothing around it: the peer for manifests.</summary>
internal static class Forwarder
{
    public static async Task<int> RunAsync(string address, string upstream)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false });
        // A statement body: the result of SendAsync would be written after the answer, and end the connection.
        app.Map("/{**path}", async (HttpContext context) => { await forwarder.SendAsync(context, upstream, client); });
        await app.RunAsync();
        return 0;
    }
}
