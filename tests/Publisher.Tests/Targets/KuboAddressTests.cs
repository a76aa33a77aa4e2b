using System.Text;
using Image2Ipfs.Publisher.Targets.Kubo;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Publisher.Tests.Targets;

/// <summary>Where the node is, and how it is told who asks.</summary>
public sealed class KuboAddressTests
{
    private static readonly TestImage Image = new([TestImage.Layer("file")], "app:1");

    [Theory]
    [InlineData("http://127.0.0.1:5001", "http://127.0.0.1:5001/")]
    [InlineData("http://127.0.0.1:5001/", "http://127.0.0.1:5001/")]
    [InlineData("https://node.example.org", "https://node.example.org/")]
    [InlineData("https://node.example.org/ipfs/rpc", "https://node.example.org/ipfs/rpc/")]
    [InlineData("https://node.example.org/rpc/api/v0/", "https://node.example.org/rpc/")]
    [InlineData("http://[::1]:5001", "http://[::1]:5001/")]
    [InlineData("/ip4/127.0.0.1/tcp/5001", "http://127.0.0.1:5001/")]
    [InlineData("/ip4/127.0.0.1/tcp/5002/http", "http://127.0.0.1:5002/")]
    [InlineData("/ip6/::1/tcp/5001", "http://[::1]:5001/")]
    [InlineData("/dns4/node.example.org/tcp/443/https", "https://node.example.org/")]
    [InlineData("/dns/node.example.org/tcp/8443/tls/http", "https://node.example.org:8443/")]
    [InlineData("/dns6/node/tcp/80", "http://node/")]
    public void An_address_is_a_URL_or_a_multiaddress(string text, string url)
    {
        var address = KuboAddress.Find(text, _ => null);
        Assert.Equal(url, address.Url.ToString());
        Assert.Null(address.Socket);
        Assert.Null(address.Authorization);
    }

    [Theory]
    [InlineData("/ip4/::1/tcp/5001")]
    [InlineData("/ip6/127.0.0.1/tcp/5001")]
    [InlineData("/ip4/127.0.0.1/tcp/65536")]
    [InlineData("/ip4/127.0.0.1/tcp/-1")]
    [InlineData("/ip4/127.0.0.1/tcp")]
    [InlineData("/ip4/127.0.0.1/tcp/5001/ws")]
    [InlineData("/dns4/a b/tcp/5001")]
    [InlineData("/unix/")]
    [InlineData("/")]
    public void What_is_neither_is_refused(string text) => Assert.Throws<FormatException>(() => KuboAddress.Find(text, _ => null));

    [Theory]
    [InlineData("bearer:a:b", "Bearer a:b")]
    [InlineData("token", "Bearer token")]
    [InlineData("basic:user:pass:word", "Basic dXNlcjpwYXNzOndvcmQ=")]
    [InlineData("basic:dXNlcjpwYXNz", "Basic dXNlcjpwYXNz")]
    public void The_secret_is_worded_as_Kubo_words_it(string secret, string header) =>
        Assert.Equal(header, KuboAddress.Find("http://127.0.0.1", name => name == KuboAddress.AuthVariable ? secret : null).Authorization!.ToString());

    [Theory]
    [InlineData("bearer:a\nX: y")]
    [InlineData("basic:ü\u0100:x")]
    public void A_secret_that_no_header_can_hold_is_not_repeated(string secret)
    {
        var error = Assert.Throws<PublisherException>(() => KuboAddress.Find("http://127.0.0.1", _ => secret));
        Assert.DoesNotContain(secret[^2..], error.Message + error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_URLs_own_secret_comes_first_and_is_shown_nowhere()
    {
        var address = KuboAddress.Find("http://us%40er:p%3Aw@127.0.0.1:5001/x", _ => "bearer:token");
        Assert.Equal("Basic " + Convert.ToBase64String("us@er:p:w"u8), address.Authorization!.ToString());
        Assert.Equal("http://127.0.0.1:5001/x", address.ToString());
    }

    [Fact]
    public void A_node_of_this_machine_says_where_it_is()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[".ipfs"]);
        Assert.Equal("http://127.0.0.1:5001/", Local(home: folder.Path).Url.ToString());
        File.WriteAllText(folder[".ipfs/api"], "/ip4/127.0.0.1/tcp/5005\n");
        Assert.Equal("http://127.0.0.1:5005/", Local(home: folder.Path).Url.ToString());
        File.WriteAllText(folder["api"], "/ip6/::1/tcp/5006/http");
        Assert.Equal("http://[::1]:5006/", Local(home: folder.Path, ipfsPath: folder.Path).Url.ToString());
        File.WriteAllText(folder["api"], "nonsense");
        Assert.Contains(folder["api"], Assert.Throws<PublisherException>(() => Local(home: folder.Path, ipfsPath: folder.Path)).Message, StringComparison.Ordinal);

        static KuboAddress Local(string home, string? ipfsPath = null) => KuboAddress.Find(null, name => name switch { "HOME" => home, "IPFS_PATH" => ipfsPath, _ => null });
    }

    [Theory]
    [InlineData(null, "Basic dXNlcjpwYXNz")]
    [InlineData("/some/prefix", "Basic dXNlcjpwYXNz")]
    public async Task A_node_behind_a_proxy_with_a_password_gets_the_root(string? prefix, string authorization)
    {
        using var cli = new Cli();
        await using var node = TestNode.Start();
        (node.Prefix, node.Authorization) = (prefix ?? "", authorization);
        var authority = node.Address.Authority;
        var published = (await cli.PublishAsync(Image.Save(), "--to", $"kubo:http://user:pass@{authority}{prefix}", "--json")).Succeeded();
        Assert.Single(node.Pins);
        Assert.DoesNotContain("pass@", published.Output + published.Error, StringComparison.Ordinal);
        Assert.Contains($"kubo:http://{authority}{prefix}", published.Output, StringComparison.Ordinal);

        var refused = (await cli.PublishAsync((Image with { Tags = ["b:1"] }).Save(), "--to", $"kubo:http://user:secret9@{authority}{prefix}")).FailedWithHint();
        Assert.Contains("refuses: 403", refused.Error, StringComparison.Ordinal);
        Assert.Contains(KuboAddress.AuthVariable, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret9", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_on_a_socket_of_the_file_system_gets_the_root()
    {
        using var cli = new Cli();
        await using var node = TestNode.Start(cli["rpc.sock"]);
        (await cli.PublishAsync(Image.Save(), "--to", $"kubo:/unix{cli["rpc.sock"]}")).Published();
        Assert.Single(node.Pins);
    }
}
