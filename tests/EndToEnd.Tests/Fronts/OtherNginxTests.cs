using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>Behind an nginx that stands there already: one block more, a folder of its own, a cache.</summary>
public sealed class OtherNginxTests(Site site, FrontSite fronts) : IClassFixture<FrontSite>
{
    [EndToEndFact]
    public async Task One_block_makes_a_registry_of_an_IPFS_gateway()
    {
        var block = site.NewPath("location.conf");
        await Shipped.CopyAsync(["nginx", "location.conf"], block, [("http://127.0.0.1:5000", Address((await fronts.GatewayAsync()).Address))]);
        var kubo = await fronts.KuboAsync();
        await using var front = await StartAsync($"include {block};\nlocation / {{ proxy_pass {Address(kubo.Address)}; }}");
        using var http = front.NewClient();
        Assert.Equal("recorded", await http.GetStringAsync("/ipfs/anything", TestContext.Current.CancellationToken));

        var published = await site.PublishAsync("docker-20.10.24.tar");
        var image = published.Image("s2");
        var skopeo = (Skopeo)await site.ClientAsync("skopeo 1.22");
        (await skopeo.CopyAsync($"docker://{await site.ReferenceAsync(published, image, ":s2", authority: front.Authority)}", "--src-cert-dir", Path.GetDirectoryName(fronts.Authority.File)!)).AssertIs(image);
        Assert.Contains("UNSUPPORTED", await Exchange.AskAsync(http, $"PUT /v2/{published.Root.Component}/a/blobs/uploads/1 +2000000"), StringComparison.Ordinal);
    }

    /// <summary>What nginx cuts off it says in X-Forwarded-Prefix, or leaves there for Proxy:PathBase.</summary>
    [EndToEndTheory]
    [InlineData("/", "", "proxy_set_header X-Forwarded-Prefix /registry;")]
    [InlineData("", "--Gateway:Proxy:PathBase=/registry", "")]
    public async Task Below_a_folder_of_its_own_its_paths_hold(string cut, string setting, string header)
    {
        await using var gateway = await GatewayProcess.StartAsync(site.Store, [.. FrontSite.Listening, .. setting.Length > 0 ? [setting] : Array.Empty<string>()]);
        await using var front = await StartAsync($"location /registry/ {{ proxy_pass {Address((await FrontSite.AddressesOfAsync(gateway)).First)}{cut}; {header} }}");
        using var http = front.NewClient(System.Net.HttpVersion.Version20);
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var (name, tree) = ($"/v2/{published.Root.Component}/{published.Images[0].Name}", $"/ipfs/{published.Root.Cid}");

        Assert.Contains($"LINK: </registry{name}/tags/list?n=1&last=", await Exchange.AskAsync(http, $"GET /registry{name}/tags/list?n=1"), StringComparison.Ordinal);
        Assert.Contains($"LOCATION: /registry{tree}/\n", await Exchange.AskAsync(http, $"GET /registry{tree}"), StringComparison.Ordinal);
        Assert.StartsWith("200", await Exchange.AskAsync(http, $"GET /registry{name}/manifests/s2"), StringComparison.Ordinal);
    }

    /// <summary>By Vary; each form was asked for twice, and the Gateway once.</summary>
    [EndToEndFact]
    public async Task A_cache_gives_everybody_the_form_that_he_reads()
    {
        await using var gateway = await GatewayProcess.StartAsync(site.Store, FrontSite.Listening);
        await using var front = await StartAsync(
            $"location /v2/ {{ proxy_pass {Address((await FrontSite.AddressesOfAsync(gateway)).First)}; proxy_cache answers; }}",
            $"proxy_cache_path {site.NewPath("cache")} keys_zone=answers:1m;");
        using var http = front.NewClient();
        var published = await site.PublishAsync("docker-20.10.24.tar");
        var path = $"/v2/{published.Root.Component}/{published.Images[0].Name}/manifests/s2";
        MediaType[] forms = [MediaType.Schema2, MediaType.OciManifest, MediaType.Schema1Signed];
        foreach (var form in forms.Concat(forms))
            Assert.Contains($"CONTENT-TYPE: {form.Value}\n", await Exchange.AskAsync(http, $"GET {path} | Accept: {form.Value}"), StringComparison.Ordinal);
        Assert.Equal(forms.Length, gateway.Log.Split("GET manifest").Length - 1);
    }

    private static string Address(Uri address) => address.ToString().TrimEnd('/');

    private Task<Front> StartAsync(string locations, string more = "") => Front.StartNginxAsync(port => $$"""
        {{more}}
        server {
            listen 127.0.0.1:{{port}} ssl http2;
            server_name example.org;
            ssl_certificate {{fronts.Authority.Chain}};
            ssl_certificate_key {{fronts.Authority.Key}};
            {{locations}}
        }
        """, site.NewPath("nginx"), fronts.Authority);
}
