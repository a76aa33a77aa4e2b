using System.Text.Json;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>Copies into an OCI image layout.</summary>
public sealed class Oras() : Daemonless("oras", "sid")
{
    public override Task SaveAsync(string reference, string format, string path) =>
        RunCommandAsync("copy", "--from-plain-http", "--to-oci-layout", reference, $"{path}:saved");

    protected override string[] LoginCommand(string registry) => ["login", "--plain-http", registry];

    public override bool KeepsManifests(string format) => true;

    public override async Task<PulledImage> PullAsync(string reference)
    {
        await RunCommandAsync("copy", "--from-plain-http", "--to-oci-layout", reference, $"{Pulled}:pulled");
        var index = JsonElement.Parse(await File.ReadAllBytesAsync(Path.Combine(Pulled, "index.json")));
        return await PulledImage.ReadAsync(
            index.GetProperty("manifests")[0].GetProperty("digest").GetString()!,
            digest => File.ReadAllBytesAsync(Path.Combine(Pulled, "blobs", "sha256", digest["sha256:".Length..])));
    }
}
