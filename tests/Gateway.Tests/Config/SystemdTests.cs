namespace Image2Ipfs.Gateway.Tests.Config;

/// <summary>config/systemd against the program's own defaults; what systemd says of the units is in the end-to-end tests.</summary>
public sealed class SystemdTests
{
    private static readonly string[] Lines = File.ReadAllLines(Configured.PathOf("systemd", "image2ipfs-gateway.service"));

    [Fact]
    public void It_is_given_the_time_to_stop()
    {
        var stop = SettingsTests.Read().Stop;
        Assert.True(double.Parse(Value("TimeoutStopSec"), null) > (stop.Delay + stop.Drain).TotalSeconds);
    }

    [Fact]
    public void What_it_may_use_of_memory_is_more_than_it_is_told_to_keep() =>
        Assert.True(long.Parse(Value("MemoryMax").TrimEnd('G'), null) << 30 > 4 * SettingsTests.Read().MemoryCacheBytes);

    [Fact]
    public void The_store_and_the_cache_are_those_that_are_made_for_it()
    {
        Assert.Contains("Environment=IMAGE2IPFS_STORE=/var/lib/image2ipfs", Lines);
        Assert.Contains("Environment=XDG_CACHE_HOME=/var/cache", Lines);
        Assert.Equal("image2ipfs", Value("CacheDirectory"));
        Assert.Contains("d  /var/lib/image2ipfs 2770 root image2ipfs", Configured.Text("systemd", "image2ipfs.tmpfiles"), StringComparison.Ordinal);
        Assert.Contains($"\nu {Value("User")} ", Configured.Text("systemd", "image2ipfs.sysusers"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_compile_is_not_forbidden_to_execute_it() => Assert.DoesNotContain(Lines, l => l.StartsWith("MemoryDenyWriteExecute=", StringComparison.Ordinal));

    [Fact]
    public void The_socket_is_where_the_Gateway_listens_by_itself() =>
        Assert.Contains("ListenStream=127.0.0.1:5000\n", Configured.Text("systemd", "image2ipfs-gateway.socket"), StringComparison.Ordinal);

    private static string Value(string name) => Lines.Single(l => l.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];
}
