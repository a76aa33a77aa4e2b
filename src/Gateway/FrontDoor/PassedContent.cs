using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>
/// An answer that an upstream gives to a path that nobody here could follow: it says in X-Ipfs-Roots which CIDs the path led over.
/// Of one that may not be had nothing but the headers has come.
/// </summary>
internal static class PassedContent
{
    public static async ValueTask CheckAsync(ResponseTransformContext context)
    {
        var rules = context.HttpContext.RequestServices.GetRequiredService<ContentRules>();
        if (!rules.AreOn || context.ProxyResponse is not { } answer || !answer.Headers.TryGetValues("X-Ipfs-Roots", out var roots))
            return;
        var denial = roots.SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Select(root => Cid.TryParse(root, out var cid) ? rules.Find(new Place(cid, "")) : null)
            .FirstOrDefault(d => d is not null);
        if (denial is null)
            return;
        context.SuppressResponseBody = true;
        context.HttpContext.RequestServices.GetRequiredService<Metrics>().Denied(denial.List);
        var response = context.HttpContext.Response;
        response.Headers.Clear();
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = null;
        await ContentReply.Text(denial.Status, denial.Text)(context.HttpContext).ConfigureAwait(false);
    }
}
