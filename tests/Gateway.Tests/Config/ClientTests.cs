namespace Image2Ipfs.Gateway.Tests.Config;

/// <summary>config/clients, where no client runs here; the others are in the end-to-end tests.</summary>
public sealed class ClientTests
{
    [Fact]
    public void K3s_asks_the_Gateway_for_its_own_names_and_for_those_of_the_hub()
    {
        var mirrors = Configured.Yaml("clients", "k3s", "registries.yaml")["mirrors"]!.AsObject();
        Assert.Equal(["127.0.0.1:5000", "docker.io"], mirrors.Select(m => m.Key));
        Assert.All(mirrors, m => Assert.Equal("http://127.0.0.1:5000", Assert.Single(m.Value!["endpoint"]!.AsArray())!.GetValue<string>()));
    }

    [Fact]
    public void Every_file_is_in_the_table()
    {
        var table = Configured.Text("clients", "README.md");
        var folder = Configured.PathOf("clients");
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("README.md", StringComparison.Ordinal) && !f.Contains("certs.d", StringComparison.Ordinal)))
            Assert.Contains(file.EndsWith("config-2.toml", StringComparison.Ordinal) ? "`config-2.toml`" : $"`{Path.GetRelativePath(folder, file)}`", table, StringComparison.Ordinal);
        Assert.Contains("`containerd/certs.d/`", table, StringComparison.Ordinal);
    }
}
