namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>Copies into its own kind of folder: manifest.json, and the blobs by the hex digits of their digests.</summary>
public sealed class Skopeo(string where) : Daemonless("skopeo", where)
{
    public override Task<PulledImage> PullAsync(string reference) => CopyAsync($"docker://{reference}", "--src-tls-verify=false");

    /// <param name="source">With its transport, such as <c>oci:FOLDER:TAG</c>.</param>
    /// <param name="options">More of them.</param>
    public async Task<PulledImage> CopyAsync(string source, params string[] options)
    {
        await RunCommandAsync(["copy", "--quiet", .. options, source, $"dir:{Pulled}"]);
        var manifest = PulledImage.DigestOf(await File.ReadAllBytesAsync(ManifestFile));
        var image = await PulledImage.ReadAsync(manifest, digest => File.ReadAllBytesAsync(digest == manifest ? ManifestFile : BlobFile(digest)));
        foreach (var layer in image.Layers!)
            Assert.Equal(layer, PulledImage.DigestOf(await File.ReadAllBytesAsync(BlobFile(layer))));
        return image;
    }

    public override Task SaveAsync(string reference, string format, string path) =>
        RunCommandAsync("copy", "--quiet", "--src-tls-verify=false", $"docker://{reference}", format == "dir" ? $"dir:{path}" : $"{format}:{path}:saved:oci");

    public override bool KeepsManifests(string format) => format is "oci" or "oci-archive" or "dir";

    public string ManifestFile => Path.Combine(Pulled, "manifest.json");

    public string BlobFile(string digest) => Path.Combine(Pulled, digest["sha256:".Length..]);
}
