using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>An image as a client pulls it.</summary>
internal static class Pulls
{
    public static async Task<Reply> GetTagAsync(this PullingGateway gateway, UpstreamImage image)
    {
        var reply = await gateway.Running.GetAsync(image.ByTag, ("Accept", MediaType.Schema2.Value));
        Assert.Equal((200, image.Schema2), (reply.Status, reply.BodyDigest));
        return reply;
    }

    public static async Task<Reply> GetBlobAsync(this PullingGateway gateway, UpstreamImage image, Digest blob)
    {
        var reply = await gateway.Running.GetAsync(image.PathOf(blob));
        Assert.Equal((200, blob), (reply.Status, reply.BodyDigest));
        return reply;
    }

    /// <summary>The manifest, and then everything that it names at once.</summary>
    public static async Task PullAsync(this PullingGateway gateway, UpstreamImage image)
    {
        await gateway.GetTagAsync(image);
        await Task.WhenAll(image.Layers.Append(image.Config).Select(blob => gateway.GetBlobAsync(image, blob)));
    }
}
