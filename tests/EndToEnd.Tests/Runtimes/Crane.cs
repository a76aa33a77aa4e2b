using System.Formats.Tar;
using System.Text.Json;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>Pulls into an archive whose members are named by their digests.</summary>
public sealed class Crane() : Daemonless("crane", "sid")
{
    public override Task SaveAsync(string reference, string format, string path) =>
        RunCommandAsync("pull", "--insecure", "--platform", format == "oci" ? "all" : "linux/amd64", "--format", format, reference, path);

    protected override string[] LoginCommand(string registry) => ["auth", "login", registry];

    /// <summary>It writes down what it is told.</summary>
    public override async Task<CommandResult?> LogInAsync(string registry, string user, string password)
    {
        (await base.LogInAsync(registry, user, password))!.Succeeded();
        return null;
    }

    public override Task LogOutAsync(string registry) => RunCommandAsync("auth", "logout", registry);

    public override bool KeepsManifests(string format) => format == "oci";

    public override async Task<PulledImage> PullAsync(string reference)
    {
        Directory.CreateDirectory(Pulled);
        var archive = Path.Combine(Pulled, "image.tar");
        await RunCommandAsync("pull", "--insecure", reference, archive);

        var members = new Dictionary<string, byte[]>();
        await using var tar = new TarReader(File.OpenRead(archive));
        while (await tar.GetNextEntryAsync() is { } member)
        {
            using var content = new MemoryStream();
            await (member.DataStream ?? Stream.Null).CopyToAsync(content);
            members.Add(member.Name, content.ToArray());
        }
        var image = JsonElement.Parse(members["manifest.json"])[0];
        var config = members[image.GetProperty("Config").GetString()!];
        return new PulledImage
        {
            Config = PulledImage.DigestOf(config),
            Layers = [.. PulledImage.Texts(image.GetProperty("Layers")).Select(layer => PulledImage.DigestOf(members[layer]))],
            DiffIds = PulledImage.Texts(JsonElement.Parse(config).GetProperty("rootfs").GetProperty("diff_ids")),
        };
    }
}
