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
    [InlineData("--Gateway:Content:Allow:0=busybox", "Content:Allow: 'busybox'")]
    [InlineData("--Gateway:Content:Deny:0=Qm", "Content:Deny: 'Qm'")]
    [InlineData("--Gateway:Content:DeniedStatus=403", "Content:DeniedStatus")]
    [InlineData("--Gateway:Proxy:AccelRedirect=/_files", "Proxy:AccelRedirect: '/_files'")]
    [InlineData("--Gateway:Proxy:AccelRedirect=/_files/", "KnownProxies")]
    [InlineData("--Gateway:Tls:Key=key.pem", "Tls:Key")]
    [InlineData("--Gateway:Tls:CheckEvery=00:00:00.01", "CheckEvery")]
    [InlineData("--Gateway:Observe:Otlp=nowhere", "Observe:Otlp: 'nowhere'")]
    [InlineData("--Gateway:Observe:Metrics=perhaps", "Gateway:Observe:Metrics")]
    [InlineData("--Gateway:Observe:LinesPerSecond=-1", "LinesPerSecond")]
    [InlineData("--Gateway:Upstreams:ConcurrentFetches=-1", "ConcurrentFetches")]
    [InlineData("--Gateway:Access:Auth=Perhaps", "Gateway:Access:Auth")]
    [InlineData("--Gateway:Access:Auth=Basic", "Access:Users")]
    [InlineData("--Gateway:Access:Auth=Token", "Access:Users")]
    [InlineData("--Gateway:Access:Users=/x", "Access:Auth")]
    [InlineData("--Gateway:Access:Service=a \"b\"", "Access:Service")]
    [InlineData("--Gateway:Access:Realm=registry.example.org", "Access:Realm: 'registry.example.org'")]
    [InlineData("--Gateway:Access:TokenLifetime=00:00:59", "TokenLifetime")]
    [InlineData("--Gateway:Access:FailedLoginsPerMinute=0", "FailedLoginsPerMinute")]
    [InlineData("--Gateway:Access:RequestsPerMinute=-1", "RequestsPerMinute")]
    [InlineData("--Gateway:Access:Burst=1000001", "Burst")]
    [InlineData("--Gateway:Access:ConcurrentRequests=-1", "ConcurrentRequests")]
    [InlineData("--Gateway:Page:RecentPulls=1001", "RecentPulls")]
    [InlineData("--Gateway:Page:Enabled=perhaps", "Gateway:Page:Enabled")]
    [InlineData("--Gateway:Stop:Delay=00:11:00", "Delay")]
    [InlineData("--Gateway:Stop:Drain=-00:00:01", "Drain")]
    [InlineData("--Gateway:Stop:Dealy=00:00:01", "Dealy")]
    public void A_wrong_setting_is_named(string argument, string named)
    {
        Assert.Single(Assert.Throws<OptionsValidationException>(() => Read(argument)).Failures, failure => failure.Contains(named, StringComparison.Ordinal));
    }

    /// <summary>One of each kind, in every section that is read here, told as it is written.</summary>
    [Fact]
    public void All_kinds_of_faults_are_told_at_once()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["gateway.json"], """
            {
              "Gatway": { "Store": "/x" },
              "Gateway": {
                "Stroe": "/x",
                "Store": "",
                "Cache": 3,
                "MemoryCacheBytes": { "a": 1 },
                "Names": { "DnsLinks": 1, "NameServers": "192.0.2.1" },
                "Observe": { "Metrics": "maybe" },
                "Proxy": { "PathBase": "a/" },
                "Stop": { "Drain": "soon" },
                "Upstreams": { "Patience": "00:00:00", "ParallelParts": 99 }
              },
              "ReverseProxy": { "Clusters": { "ipfs": { "Destinations": { "own": { "Adress": "http://127.0.0.1:1" } }, "HealthCheck": { "Active": { "Interval": "often" } } } } },
              "Kestrel": { "EndpointDefaults": { "Protocols": "Http7" }, "Endpoints": { "a": { "Url": "nowhere" } } },
              "Logging": { "LogLevel": { "Default": "Loud" } },
              "Urls": "http://127.0.0.1:99999"
            }
            """);
        var failures = Assert.Throws<OptionsValidationException>(() => Read("--config", folder["gateway.json"])).Failures.ToList();
        string[] named =
        [
            "Gatway: there is no such setting; there are Gateway, ",
            "Gateway:Stroe: there is no such setting; there are Store, ",
            "Gateway:Store is required.",
            "Gateway:Cache: '3' has no place here: it has keys of its own, Folder, ",
            "Gateway:MemoryCacheBytes: is a whole number, and has no keys of its own (a)",
            "Gateway:Names:DnsLinks: '1' is not one of Never, Dns, Upstream",
            "Gateway:Names:NameServers: '192.0.2.1' is no list; write NameServers:0",
            "Gateway:Observe:Metrics: 'maybe' is not true or false",
            "Gateway:Proxy:PathBase: 'a/' is no path",
            "Gateway:Stop:Drain: 'soon' is not a time",
            "Gateway:Upstreams:Patience must be between 00:00:00.0100000 and 01:00:00.",
            "Gateway:Upstreams:ParallelParts must be between 1 and 32.",
            "ReverseProxy:Clusters:ipfs:Destinations:own:Adress: there is no such setting; there are Address, ",
            "ReverseProxy:Clusters:ipfs:Destinations:own:Address: '' is no address",
            "ReverseProxy:Clusters:ipfs:HealthCheck:Active:Interval: 'often' is not a time",
            "Kestrel:EndpointDefaults:Protocols: 'Http7' is not one of ",
            "Kestrel:Endpoints:a:Url: 'nowhere' is no address",
            "Logging:LogLevel:Default: 'Loud' is not one of ",
            "urls: 'http://127.0.0.1:99999' is no address",
        ];
        foreach (var text in named)
            Assert.Single(failures, failure => failure.StartsWith(text, StringComparison.Ordinal));
        Assert.Equal(named.Length, failures.Count);
    }

    [Theory]
    [MemberData(nameof(EverySetting))]
    public void Every_setting_refuses_what_is_not_of_its_type(string key, string type)
    {
        // A text is anything.
        var wrong = type == "String" ? $"--{key}:0=x" : type.StartsWith("IList", StringComparison.Ordinal) ? $"--{key}=x" : $"--{key}=\u2603";
        Assert.StartsWith($"{key}:", Assert.Single(Assert.Throws<OptionsValidationException>(() => Read(wrong)).Failures), StringComparison.Ordinal);
        Assert.StartsWith($"{key}s:", Assert.Single(Assert.Throws<OptionsValidationException>(() => Read($"--{key}s=x")).Failures), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> EverySetting() => [.. Settings(typeof(GatewaySettings), GatewaySettings.Section)];

    private static IEnumerable<(string, string)> Settings(Type type, string path) =>
        from member in type.GetProperties()
        let isList = member.PropertyType.IsGenericType && member.PropertyType.GetGenericTypeDefinition() == typeof(IList<>)
        where member.CanWrite || isList
        from setting in member.PropertyType.Name.EndsWith("Settings", StringComparison.Ordinal)
            ? Settings(member.PropertyType, $"{path}:{member.Name}")
            : [($"{path}:{member.Name}", (Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType).Name)]
        select setting;

    [Theory]
    [InlineData("--ReverseProxy:Clusters:ipfs:HttpRequest:Version=2")]
    [InlineData("--ReverseProxy:Clusters:ipfs:HttpClient:SslProtocols:0=Tls13")]
    [InlineData("--Kestrel:EndpointDefaults:Protocols=Http1AndHttp2")]
    [InlineData("--Logging:Console:FormatterName=json")]
    [InlineData("--Logging:Console:LogLevel:Default=Debug")]
    [InlineData("--urls=http://unix:/run/gateway.sock")]
    [InlineData("--urls=http://*:5000;https://[::1]:5001")]
    public void What_the_framework_and_YARP_know_is_right(string argument) => Read(argument);

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
    public void Another_token_service_is_named_in_full()
    {
        var failures = Assert.Throws<OptionsValidationException>(() => Read("--Gateway:Access:Auth=Basic", "--Gateway:Access:TrustedKeys=/x", "--Gateway:Access:Key=/y")).Failures.ToList();
        Assert.Equal(4, failures.Count);
        foreach (var named in new[] { "Access:Users", "Access:TrustedKeys: with Auth=Basic", "a Realm and an Issuer", "Access:Key" })
            Assert.Single(failures, f => f.Contains(named, StringComparison.Ordinal));
        var access = Read("--Gateway:Access:Auth=Token", "--Gateway:Access:TrustedKeys=/x", "--Gateway:Access:Realm=https://auth.example.org/token", "--Gateway:Access:Issuer=auth").Access;
        Assert.False(access.GivesTokens || access.IsOff);
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
    [InlineData("{\"Gateway\":{\"Stroe\":\"/x\"}}", typeof(OptionsValidationException))]
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

    internal static GatewaySettings Read(params string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddSettings(args);
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<GatewaySettings>>().Value;
    }
}
