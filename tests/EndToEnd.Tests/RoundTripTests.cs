using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary><c>docker save IMAGE | image2ipfs</c>, with an image that Docker pulled from the Gateway.</summary>
public sealed class RoundTripTests(Site site)
{
    [EndToEndTheory]
    [MemberData(nameof(ClientNames.DockerWithGraphDriver), MemberType = typeof(ClientNames))]
    public async Task What_Docker_pulled_and_saved_is_published_under_the_same_root(string client)
    {
        var first = await site.PublishAsync("docker-20.10.24.tar");
        var image = first.Image("s2");
        var reference = await site.ReferenceAsync(first, image, ":s2");
        var docker = (DockerEngine)await site.ClientAsync(client);
        await docker.PullAsync(reference);
        // Under its own name: the root of the first publish is not to become part of it.
        var name = $"127.0.0.1:1/{image.Name}:s2";
        await docker.DockerAsync("tag", reference, name);

        var second = await PublishFromPipeAsync(docker, name);
        Assert.Equal(first.Root, second.Root);
    }

    [EndToEndTheory]
    [MemberData(nameof(ClientNames.DockerWithGraphDriver), MemberType = typeof(ClientNames))]
    public async Task What_Docker_pulled_and_saved_is_pulled_by_another_client(string client)
    {
        var first = await site.PublishAsync("docker-20.10.24-two.tar");
        var image = first.Image("other");
        var reference = await site.ReferenceAsync(first, image, ":other");
        var docker = (DockerEngine)await site.ClientAsync(client);
        await docker.PullAsync(reference);

        // The name of a pulled image holds its root; published again, that is a level of the new name.
        var second = await PublishFromPipeAsync(docker, reference);
        var again = Assert.Single(second.Images);
        Assert.Equal($"{first.Root.Component}/{image.Name}", again.Name);
        Assert.Equal(image.Id, again.Id);
        foreach (var other in new[] { "containerd 2.1", "skopeo 1.22" })
            (await (await site.ClientAsync(other)).PullAsync(await site.ReferenceAsync(second, again, ":other"))).AssertIs(again);
    }

    private async Task<Published> PublishFromPipeAsync(DockerEngine docker, string reference)
    {
        var publisher = site.Publisher;
        var pipe = $"set -euo pipefail; {docker.Command} save '{reference}' | '{Programs.Dotnet}' '{Programs.Publisher}' --json";
        var environment = new Dictionary<string, string?>(publisher.Environment) { [Scripts.WorkFolderVariable] = Scripts.WorkFolder };
        return Published.Parse((await Command.RunAsync("bash", ["-c", pipe], environment)).Succeeded().Output);
    }
}
