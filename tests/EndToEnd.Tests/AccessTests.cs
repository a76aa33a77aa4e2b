using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Real clients log in, with a name and password that <c>htpasswd</c> wrote down, and pull; without, or with a wrong one, they do not.</summary>
public sealed class AccessTests(Site site)
{
    private const string User = "alice";
    private const string Password = "pass:wörd+&=%";

    private static readonly string[] Clients =
    [
        "docker 20.10 graph", "docker 28.5 graph", "docker 28.5 store", "containerd 1.6", "containerd 2.1",
        "skopeo 1.9", "skopeo 1.22", "podman 4.3", "podman 5.8", "buildah 1.43", "crane", "oras",
    ];

    public static MatrixTheoryData<string, string> ByWay => new(Clients, ["Basic", "Token"]);

    public static TheoryData<string> All => [.. Clients];

    [EndToEndTheory]
    [MemberData(nameof(ByWay))]
    public async Task A_client_pulls_with_the_right_password_alone(string name, string way)
    {
        var (client, image, root) = await PrepareAsync(name);
        await using var gateway = await StartAsync(way);
        var reference = $"{gateway.Authority}/{root}/{image.Name}:s2";
        Assert.Matches(Refused, await FailAsync(client, reference));

        if (await client.LogInAsync(gateway.Authority, User, "wrong") is { } refused)
            Assert.Matches(Refused, refused.Failed().Error);
        Assert.Matches(Refused, await FailAsync(client, reference));

        (await client.LogInAsync(gateway.Authority, User, Password))?.Succeeded();
        try
        {
            (await client.PullAsync(reference)).AssertIs(image);
        }
        finally
        {
            await client.LogOutAsync(gateway.Authority);
        }
        Assert.Contains($"Login of {User} from 127.0.0.1 failed", gateway.Log, StringComparison.Ordinal);
    }

    [EndToEndTheory]
    [MemberData(nameof(All))]
    public async Task A_client_without_a_login_pulls_where_anybody_gets_a_token(string name)
    {
        var (client, image, root) = await PrepareAsync(name);
        await using var gateway = await StartAsync("Token", "--Gateway:Access:Anonymous=true");
        (await client.PullAsync($"{gateway.Authority}/{root}/{image.Name}:s2")).AssertIs(image);
    }

    [EndToEndTheory]
    [InlineData("docker 20.10 graph")]
    [InlineData("docker 28.5 store")]
    public async Task Docker_keeps_a_token_in_the_password_s_place(string name)
    {
        var (client, image, root) = await PrepareAsync(name);
        var docker = (DockerEngine)client;
        await using var gateway = await StartAsync("Token");
        (await docker.LogInAsync(gateway.Authority, User, Password))!.Succeeded();
        try
        {
            Assert.Contains("identitytoken", await docker.LoginsAsync(), StringComparison.Ordinal);
            (await docker.PullAsync($"{gateway.Authority}/{root}/{image.Name}:s2")).AssertIs(image);
        }
        finally
        {
            await docker.LogOutAsync(gateway.Authority);
        }
    }

    /// <summary>What clients say of a 401.</summary>
    private const string Refused = "(?i)unauthorized|authentication required|no basic auth credentials|authorization failed|invalid username/password|user or the password is wrong|basic credential not found";

    private async Task<(Client Client, PublishedImage Image, string Root)> PrepareAsync(string name)
    {
        var published = await site.PublishAsync("docker-20.10.24.tar");
        return (await site.ClientAsync(name), published.Image("s2"), published.Root.Component);
    }

    private async Task<GatewayProcess> StartAsync(string way, params string[] settings)
    {
        var users = site.NewPath("users");
        (await Command.RunAsync("htpasswd", ["-cbB", users, User, Password])).Succeeded();
        return await GatewayProcess.StartAsync(site.Store, [$"--Gateway:Access:Auth={way}", $"--Gateway:Access:Users={users}", .. settings]);
    }

    private static async Task<string> FailAsync(Client client, string reference) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => client.PullAsync(reference))).Message;
}
