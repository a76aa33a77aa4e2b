namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>Makes one file of its own format out of an image, which says nothing of digests: it proves itself by running.</summary>
public sealed class Apptainer() : Daemonless("apptainer", "sid")
{
    public override async Task<PulledImage> PullAsync(string reference)
    {
        Directory.CreateDirectory(Pulled);
        await RunCommandAsync("pull", "--no-https", "--disable-cache", ImageFile, $"docker://{reference}");
        return new PulledImage();
    }

    // Without the rights that a machine may not have. Arguments of the image's own command are not passed on.
    public override Task<string> RunAsync(string reference) => RunCommandAsync("exec", "--no-privs", ImageFile, "/hello");

    private string ImageFile => Path.Combine(Pulled, "image.sif");
}
