using System.Text.Json;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

public sealed class Buildah(string where) : Daemonless("buildah", where)
{
    public override Task ForgetAsync() => RunCommandAsync("rmi", "--all", "--force");

    public override async Task SaveAsync(string reference, string format, string path)
    {
        await RunCommandAsync("pull", "--quiet", "--tls-verify=false", reference);
        await RunCommandAsync("push", "--quiet", reference, $"{format}:{path}:saved:oci");
    }

    public override async Task<PulledImage> PullAsync(string reference)
    {
        await RunCommandAsync("pull", "--quiet", "--tls-verify=false", reference);
        var image = JsonElement.Parse(await RunCommandAsync("inspect", "--type", "image", reference));
        return new PulledImage
        {
            Manifest = image.GetProperty("FromImageDigest").GetString(),
            Config = $"sha256:{image.GetProperty("FromImageID").GetString()}",
            DiffIds = PulledImage.Texts(image.GetProperty("OCIv1").GetProperty("rootfs").GetProperty("diff_ids")),
        };
    }
}
