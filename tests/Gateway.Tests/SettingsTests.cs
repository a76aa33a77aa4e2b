using System.Text.Json;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The settings as Program.cs reads them, without a listening socket.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Without_any_setting_the_defaults_hold()
    {
        var settings = Read();
        Assert.Equal(LocalStore.DefaultFolder(), settings.Store);
        Assert.True(settings.Schema1WithoutAccept);
        Assert.Equal(128L << 20, settings.MemoryCacheBytes);
    }

    [Theory]
    [InlineData("--Gateway:MemoryCacheBytes=1048576", 1L << 20)]
    [InlineData("--Gateway:MemoryCacheBytes=68719476736", 64L << 30)]
    [InlineData("--gateway:memorycachebytes=2000000", 2_000_000)]
    public void Bounds_are_inside(string argument, long bytes) => Assert.Equal(bytes, Read(argument).MemoryCacheBytes);

    [Fact]
    public void Name_servers_are_a_list_of_addresses() =>
        Assert.Equal(["192.0.2.1", "127.0.0.1:5353", "[2001:db8::1]:53"], Read("--Gateway:Names:NameServers:0=192.0.2.1", "--Gateway:Names:NameServers:1=127.0.0.1:5353", "--Gateway:Names:NameServers:2=[2001:db8::1]:53").Names.NameServers);

    [Fact]
    public void The_settings_file_that_is_handed_out_has_the_defaults()
    {
        // What is not said in the file has its default in any case; what is said, by whatever name, must be the same.
        var file = Read("--config", Path.Combine(Vectors.Repository, "config", "gateway.json"));
        Assert.Equal(JsonSerializer.Serialize(new GatewaySettings()), JsonSerializer.Serialize(file));
    }

    [Fact]
    public void Values_out_of_range_are_all_told_at_once()
    {
        var failures = Assert.Throws<OptionsValidationException>(() => Read("--Gateway:MemoryCacheBytes=5", "--Gateway:Store=")).Failures.ToList();
        Assert.Equal(2, failures.Count);
        Assert.Contains(failures, f => f.Contains("MemoryCacheBytes", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.Contains("Store", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--Gateway:MemoryCacheBytes=68719476737", "MemoryCacheBytes")]
    [InlineData("--Gateway:MemoryCacheBytes=-1", "MemoryCacheBytes")]
    [InlineData("--Gateway:Schema1WithoutAccept=perhaps", "Gateway:Schema1WithoutAccept")]
    [InlineData("--Gateway:MemoryCacheBytes=128MiB", "Gateway:MemoryCacheBytes")]
    [InlineData("--Gateway:MemoryCacheByte=1048576", "MemoryCacheByte")]
    [InlineData("--Gateway:Names:NameServers:0=dns.example.org", "NameServers: 'dns.example.org'")]
    [InlineData("--Gateway:Names:DnsLinks=Perhaps", "Gateway:Names:DnsLinks")]
    [InlineData("--Gateway:Names:MaxTtl=8.00:00:00", "MaxTtl")]
    [InlineData("--Gateway:Names:DnsTimeout=00:00:00", "DnsTimeout")]
    [InlineData("--Gateway:Proxy:KnownProxies:0=proxy.example.org", "Proxy:KnownProxies: 'proxy.example.org'")]
    [InlineData("--Gateway:Proxy:KnownNetworks:0=10.0.0.0", "Proxy:KnownNetworks: '10.0.0.0'")]
    [InlineData("--Gateway:Proxy:PathBase=registry/", "Proxy:PathBase: 'registry/'")]
    [InlineData("--Gateway:Proxy:AccelRedirect=/_files", "Proxy:AccelRedirect: '/_files'")]
    [InlineData("--Gateway:Proxy:AccelRedirect=/_files/", "KnownProxies")]
    [InlineData("--Gateway:Tls:Key=key.pem", "Tls:Key")]
    [InlineData("--Gateway:Tls:CheckEvery=00:00:00.01", "CheckEvery")]
    [InlineData("--Gateway:Observe:Otlp=nowhere", "Observe:Otlp: 'nowhere'")]
    [InlineData("--Gateway:Observe:Metrics=perhaps", "Gateway:Observe:Metrics")]
    [InlineData("--Gateway:Observe:LinesPerSecond=-1", "LinesPerSecond")]
    [InlineData("--Gateway:Stop:Delay=00:11:00", "Delay")]
    [InlineData("--Gateway:Stop:Drain=-00:00:01", "Drain")]
    [InlineData("--Gateway:Stop:Dealy=00:00:01", "Dealy")]
    public void A_wrong_setting_is_named(string argument, string named)
    {
        var error = Assert.ThrowsAny<Exception>(() => Read(argument));
        Assert.True(error is OptionsValidationException or InvalidOperationException);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mirrors_that_are_wrong_are_all_told_at_once()
    {
        var failures = Assert.Throws<OptionsValidationException>(() => Read(
            "--Gateway:MemoryCacheBytes=5",
            "--Gateway:Mirrors:DefaultRegistry=hub",
            "--Gateway:Mirrors:Names:0:Name=busybox", "--Gateway:Mirrors:Names:0:Root=QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",
            "--Gateway:Mirrors:Names:1:Name=docker.io", "--Gateway:Mirrors:Names:1:Root=a",
            "--Gateway:Mirrors:Names:2:Name=index.docker.io", "--Gateway:Mirrors:Names:2:Root=a")).Failures.ToList();
        foreach (var named in new[] { "MemoryCacheBytes", "Mirrors:DefaultRegistry", "Mirrors:Names:0:Name", "Mirrors:Names:0:Root", "Mirrors:Names:2:Name" })
            Assert.Single(failures, f => f.Contains(named, StringComparison.Ordinal));
        Assert.Equal(5, failures.Count);
    }

    [Fact]
    public void A_file_may_have_comments_and_gives_way_to_arguments()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["gateway.json"], """
            // The Gateway's settings.
            {
              "Gateway": {
                "Store": "/from/the/file", // of this machine
                "MemoryCacheBytes": 3000000, /* bytes */
              },
            }
            """);
        var settings = Read("--config", folder["gateway.json"], "--Gateway:Store=/from/an/argument");
        Assert.Equal("/from/an/argument", settings.Store);
        Assert.Equal(3_000_000, settings.MemoryCacheBytes);
        Assert.Equal("/from/the/file", Read($"--config={folder["gateway.json"]}").Store);
    }

    [Theory]
    [InlineData("{\"Gateway\":{\"Stroe\":\"/x\"}}", typeof(InvalidOperationException))]
    [InlineData("{\"Gateway\":", typeof(InvalidDataException))]
    public void A_wrong_file_is_an_error(string content, Type error)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["gateway.json"], content);
        Assert.Throws(error, () => Read("--config", folder["gateway.json"]));
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder["none.json"], Assert.Throws<FileNotFoundException>(() => Read("--config", folder["none.json"])).Message, StringComparison.Ordinal);
    }

    private static GatewaySettings Read(params string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddSettings(args);
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<GatewaySettings>>().Value;
    }
}
