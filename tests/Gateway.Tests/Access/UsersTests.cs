using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>The file of users.</summary>
public sealed class UsersTests(Samples samples)
{
    private const string Hash = "$2y$05$4FpVAbnjP7L8vmQgUehhX.TH14Y7p4Ui9yvVUOm1NWt14ipLyYCTC"; // of "secret"

    [Fact]
    public async Task Comments_and_empty_lines_and_every_letter_of_bcrypt_are_read()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        await File.WriteAllTextAsync(gateway.UserFile, $"# the users\r\n\r\n  \nalice:{Hash}\r\nbob:{Hash.Replace("$2y", "$2a", StringComparison.Ordinal)}\n\ncarl smith:{Hash.Replace("$2y", "$2b", StringComparison.Ordinal)}", RunningGateway.Cancel);
        await using var again = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Access:Auth=Basic", $"--Gateway:Access:Users={gateway.UserFile}");
        foreach (var user in new[] { "alice", "bob", "carl smith" })
            Assert.Equal(200, (await again.GetAsync("/v2/", GuardedGateway.Basic(user, "secret"))).Status);
    }

    [Theory]
    [InlineData("alice:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
    [InlineData("alice:$apr1$xyz$abcdefghijklmnopqrstuv")]
    [InlineData("alice:plain")]
    [InlineData("alice")]
    [InlineData(":" + Hash)]
    [InlineData("alice:" + Hash + "x")]
    [InlineData("alice:$2y$31$4FpVAbnjP7L8vmQgUehhX.TH14Y7p4Ui9yvVUOm1NWt14ipLyYCTC")]
    [InlineData("al\tice:" + Hash)]
    [InlineData("first:" + Hash)]
    public async Task A_line_of_another_kind_ends_the_start_with_its_place(string line)
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        await File.WriteAllTextAsync(gateway.UserFile, $"first:{Hash}\n\n{line}\n", RunningGateway.Cancel);
        var (exit, output, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Store={samples.Folder}", "--Gateway:Access:Auth=Basic", $"--Gateway:Access:Users={gateway.UserFile}"]);
        Assert.Equal(1, exit);
        Assert.StartsWith($"Gateway: error: {gateway.UserFile}:3: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain(Hash, error + output, StringComparison.Ordinal);
        await WriteAgainAsync(gateway);
    }

    [Fact]
    public async Task A_file_that_is_not_there_ends_the_start()
    {
        var (exit, _, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", $"--Gateway:Store={samples.Folder}", "--Gateway:Access:Auth=Token", "--Gateway:Access:Users=/no/such/users"]);
        Assert.Equal((1, "Gateway: error: there is no file /no/such/users\n"), (exit, error));
    }

    [Fact]
    public async Task It_is_read_again_when_it_changes_and_what_was_remembered_is_forgotten()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Token");
        Assert.Equal(200, await StatusAsync(gateway, GuardedGateway.Alice));
        var refreshing = (await gateway.TokenAsync("offline_token=true", GuardedGateway.Alice)).GetProperty("refresh_token").GetString()!;
        Assert.Equal(200, (await gateway.PostAsync(("grant_type", "refresh_token"), ("refresh_token", refreshing))).Status);

        await File.WriteAllTextAsync(gateway.UserFile, GuardedGateway.Line("alice", "new") + "\n", RunningGateway.Cancel);
        await UntilAsync(async () => await StatusAsync(gateway, GuardedGateway.Basic("alice", "new")) == 200);
        Assert.Equal(401, await StatusAsync(gateway, GuardedGateway.Alice));
        Assert.Equal(401, await StatusAsync(gateway, GuardedGateway.Bob));
        Assert.Equal(401, (await gateway.PostAsync(("grant_type", "refresh_token"), ("refresh_token", refreshing))).Status);

        // Those that were there before still count.
        await File.WriteAllTextAsync(gateway.UserFile, "alice:\n", RunningGateway.Cancel);
        var problems = new List<string>();
        await UntilAsync(() =>
        {
            problems.AddRange(gateway.Running.TakeProblems());
            return Task.FromResult(problems.Count > 0);
        });
        Assert.Contains($"{gateway.UserFile}:1: ", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync(gateway, GuardedGateway.Basic("alice", "new")));
    }

    /// <summary>The Gateway that runs over it sees no wrong line, should it look now.</summary>
    private static async Task WriteAgainAsync(GuardedGateway gateway)
    {
        await File.WriteAllTextAsync(gateway.UserFile, "", RunningGateway.Cancel);
        gateway.Running.TakeProblems();
    }

    private static async Task<int> StatusAsync(GuardedGateway gateway, (string, string) login) => (await gateway.Running.GetAsync("/metrics", login)).Status;

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 60; i++)
        {
            if (await isSo())
                return;
            await Task.Delay(250, RunningGateway.Cancel);
        }
        Assert.Fail("it does not come to that");
    }
}
