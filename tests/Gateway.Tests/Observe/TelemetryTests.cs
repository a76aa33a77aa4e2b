using System.Collections.Concurrent;
using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Testing;
using Microsoft.AspNetCore.Http;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>What goes to a collector by OTLP: as protobuf over HTTP, whose texts lie in it as they are.</summary>
public sealed class TelemetryTests
{
    private static readonly UpstreamImage Image = UpstreamImage.Of(Keystream.Bytes("traced", 1 << 20));

    private static readonly string[] OfTraces = ["traceparent", "tracestate", "baggage", "Request-Id", "Correlation-Context"];

    [Theory]
    [InlineData("--Gateway:Observe:Otlp")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task A_collector_gets_the_steps_of_a_pull_and_the_numbers(string key)
    {
        var sent = new ConcurrentDictionary<string, string>();
        await using var collector = await MiniServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, RunningGateway.Cancel);
            sent.AddOrUpdate(context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.StatusCode = StatusCodes.Status200OK;
        });
        await using var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(Image.Blocks));
        // What is collected is sent at the end at the latest.
        await using (var gateway = await PullingGateway.StartAsync(upstream, [.. PullingGateway.Patient(), $"{key}={collector.Address}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"]))
        {
            var reply = await gateway.Running.GetAsync(Image.ByTag, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("baggage", "user=secret"));
            Assert.Equal(200, reply.Status);
            await gateway.GetBlobAsync(Image, Image.Layers[0]);
            await gateway.Running.GetAsync("/health/live");
        }
        var traces = sent["/v1/traces"];
        foreach (var text in new[] { "image2ipfs-gateway", "find repository", "negotiate", "read manifest", "open blob", "send", "ask", "GET blob", Image.Layers[0].ToString(), "?format=car", "gateway1" })
            Assert.Contains(text, traces, StringComparison.Ordinal);
        Assert.DoesNotContain("/health", traces, StringComparison.Ordinal);
        Assert.Contains("image2ipfs.requests", sent["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", sent["/v1/metrics"], StringComparison.Ordinal);

        // The trace goes on with the client's, and ends here.
        Assert.Contains("\u000a\u00f7\u0065\u0019\u0016\u00cd\u0043\u00dd\u0084\u0048\u00eb\u0021\u001c\u0080\u0031\u009c", traces, StringComparison.Ordinal);
        Assert.All(upstream.Requests, r => Assert.All(OfTraces, name => Assert.Null(r[name])));
    }
}
