using System.Text.Json;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

public sealed class Podman(string where) : Daemonless("podman", where)
{
    public override Task ForgetAsync() => RunCommandAsync("rmi", "--all", "--force");

    public override async Task SaveAsync(string reference, string format, string path)
    {
        await RunCommandAsync("pull", "--quiet", "--tls-verify=false", reference);
        await RunCommandAsync("save", "--quiet", "--format", format, "-o", path, reference);
    }

    public override async Task<PulledImage> PullAsync(string reference)
    {
        await RunCommandAsync("pull", "--quiet", "--tls-verify=false", reference);
        var image = JsonElement.Parse(await RunCommandAsync("image", "inspect", reference))[0];
        return new PulledImage
        {
            Manifest = image.GetProperty("Digest").GetString(),
            Config = $"sha256:{image.GetProperty("Id").GetString()}",
            DiffIds = PulledImage.Texts(image.GetProperty("RootFS").GetProperty("Layers")),
        };
    }
}
