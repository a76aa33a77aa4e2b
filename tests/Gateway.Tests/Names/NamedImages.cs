using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Names;

/// <summary>Two images that an upstream has, and how a name that points to one of them is pulled.</summary>
internal static class NamedImages
{
    public static readonly UpstreamImage First = UpstreamImage.Of(Keystream.Bytes("first", 5000));
    public static readonly UpstreamImage Second = UpstreamImage.Of(Keystream.Bytes("second", 5000));

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(15);

    public static UpstreamBlocks Blocks => new(First.Blocks.Concat(Second.Blocks).DistinctBy(b => b.Cid));

    public static IpnsEntry To(UpstreamImage image, double ttl = 60) => To($"/ipfs/{image.Root}", ttl);

    public static IpnsEntry To(string value, double ttl = 60) => new(value) { TtlNanoseconds = (ulong)(ttl * 1e9) };

    /// <summary>Records that may be asked for again at once.</summary>
    public static string[] Eager => [.. PullingGateway.Patient(patience: 2), "--Gateway:Names:MinTtl=00:00:00.010"];

    public static Task<Reply> GetTagAsync(this PullingGateway gateway, string name, string tag = "latest") =>
        gateway.Running.GetAsync($"/v2/{name}/manifests/{tag}", ("Accept", MediaType.Schema2.Value));

    /// <summary>The name means this image, in the end.</summary>
    public static async Task<Reply> MeansAsync(this PullingGateway gateway, string name, UpstreamImage image)
    {
        using var end = new CancellationTokenSource(Wait);
        while (true)
        {
            var reply = await gateway.GetTagAsync(name);
            if (reply.Status == 200 && reply.BodyDigest == image.Schema2)
                return reply;
            Assert.False(end.IsCancellationRequested, $"{reply.Status} {Encoding.UTF8.GetString(reply.Body)}");
            await Task.Delay(20, RunningGateway.Cancel);
        }
    }

    /// <summary>The error's text, with what each of those that were asked said.</summary>
    public static string IsFailure(this Reply reply, int status)
    {
        var text = Encoding.UTF8.GetString(reply.Body);
        Assert.True(reply.Status == status, $"{reply.Status} {text}");
        Assert.Contains("\"attempts\":[{", text, StringComparison.Ordinal);
        return text;
    }

    /// <summary>What was asked about names.</summary>
    public static IReadOnlyList<UpstreamRequest> NameRequests(this TestUpstream upstream) =>
        [.. upstream.Requests.Where(r => r.Path.StartsWith("/ipns/", StringComparison.Ordinal))];

    public static string Forms(this Cid cid, string form) => form switch
    {
        "base32" => cid.ToBase32(),
        "base16" => cid.ToBase16(),
        _ => cid.ToBase36(),
    };
}
