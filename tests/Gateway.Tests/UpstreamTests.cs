using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>YARP's own configuration section: what is not the registry's goes to the upstreams.</summary>
public sealed class UpstreamTests(Samples samples)
{
    private const string Elsewhere = "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH";

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"ReverseProxy\":{}}")]
    [InlineData("{\"ReverseProxy\":{\"Routes\":{},\"Clusters\":{\"ipfs\":{\"Destinations\":{}}}}}")]
    public async Task Without_upstreams_the_store_alone_serves(string configuration)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], configuration, RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--config", folder["gateway.json"]);
        Assert.Equal(200, (await gateway.GetAsync($"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2")).Status);
        Assert.Equal(404, (await gateway.GetAsync("/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")).Status);
    }

    [Fact]
    public async Task What_is_not_below_v2_is_forwarded_and_what_is_never_leaves()
    {
        await using var upstream = await StartUpstreamAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], Everything(upstream), RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--config", folder["gateway.json"]);

        foreach (var path in new[] { $"/ipfs/{Elsewhere}?format=raw", "/else", "/ipns/example.org/a%20b", "/v2foo" })
        {
            var reply = await gateway.GetAsync(path);
            Assert.Equal(200, reply.Status);
            Assert.Equal($"upstream: GET {path}", Encoding.UTF8.GetString(reply.Body));
        }
        foreach (var path in new[] { "/v2", "/v2/", $"/v2/{samples.Tiny.ToRepositoryComponent()}/t/tiny/manifests/s2", "/v2/no/such/manifests/x", "/v2/_catalog", "/v2/../ipfs/x" })
            Assert.DoesNotContain("upstream:", Encoding.UTF8.GetString((await gateway.GetAsync(path)).Body), StringComparison.Ordinal);
        (await gateway.SendAsync(HttpMethod.Post, "/v2/a/blobs/uploads/")).IsError(405, "UNSUPPORTED");
    }

    [Fact]
    public async Task What_a_client_is_known_by_is_not_forwarded()
    {
        await using var upstream = await StartUpstreamAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], Everything(upstream), RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--config", folder["gateway.json"]);
        var reply = await gateway.GetAsync($"/ipfs/{Elsewhere}", ("Authorization", "Bearer secret"), ("Cookie", "session=secret"));
        Assert.Equal($"upstream: GET /ipfs/{Elsewhere}", Encoding.UTF8.GetString(reply.Body));
    }

    [Fact]
    public async Task Upstreams_may_come_while_it_runs()
    {
        await using var upstream = await StartUpstreamAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], "{}", RunningGateway.Cancel);
        await using var gateway = await RunningGateway.StartAsync(samples.Folder, "--config", folder["gateway.json"]);
        Assert.Equal(404, (await gateway.GetAsync($"/ipfs/{Elsewhere}")).Status);

        await File.WriteAllTextAsync(folder["gateway.json"], Everything(upstream), RunningGateway.Cancel);
        for (var i = 0; i < 100 && (await gateway.GetAsync($"/ipfs/{Elsewhere}")).Status != 200; i++)
            await Task.Delay(200, RunningGateway.Cancel);
        Assert.Equal(200, (await gateway.GetAsync($"/ipfs/{Elsewhere}")).Status);
    }

    private static string Everything(WebApplication upstream) => $$"""
        {
          "ReverseProxy": {
            "Routes": { "all": { "ClusterId": "ipfs", "Match": { "Path": "{**any}" } } },
            "Clusters": { "ipfs": { "Destinations": { "one": { "Address": "{{upstream.Urls.Single()}}" } } } }
          }
        }
        """;

    private static async Task<WebApplication> StartUpstreamAsync()
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync($"upstream: {context.Request.Method} {context.Request.Path.ToUriComponent()}{context.Request.QueryString}{string.Concat(context.Request.Headers.Authorization, context.Request.Headers.Cookie)}"));
        await app.StartAsync(RunningGateway.Cancel);
        return app;
    }
}
