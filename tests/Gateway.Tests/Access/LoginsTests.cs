using Image2Ipfs.Gateway.Access;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>bcrypt is slow on purpose, and is not to be what ends the Gateway.</summary>
public sealed class LoginsTests(Samples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Somebody_who_is_not_there_costs_as_much_as_who_costs_most()
    {
        File.WriteAllLines(_folder["users"], [GuardedGateway.Line("alice", "secret"), $"bob:{BCrypt.Net.BCrypt.HashPassword("secret", 7)}"]);
        using var users = new Users(Settings(), NullLogger<Users>.Instance);
        var (hash, isKnown) = users.HashOf("mallory");
        Assert.False(isKnown);
        Assert.StartsWith("$2b$07$", hash, StringComparison.Ordinal);
        // It is worked through to its end, and nobody has its password.
        Assert.All(["", "secret", "."], password => Assert.False(BCrypt.Net.BCrypt.Verify(password, hash)));
        File.WriteAllText(_folder["users"], "");
        using var nobody = new Users(Settings(), NullLogger<Users>.Instance);
        Assert.StartsWith("$2b$10$", nobody.HashOf("mallory").Hash, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Some_are_worked_on_a_few_wait_and_the_rest_come_again()
    {
        File.WriteAllText(_folder["users"], $"alice:{BCrypt.Net.BCrypt.HashPassword("secret", 9)}\n");
        using var users = new Users(Settings(), NullLogger<Users>.Instance);
        using var limits = new Limits(Settings());
        using var logins = new Logins(users, limits, NullLogger<Logins>.Instance);
        // From an address each: none has failed before.
        var asked = Enumerable.Range(0, 300).Select(i => logins.AskAsync(new Credentials.Login("alice", $"guess {i}"), new Client($"192.0.2.{i}", IsUser: false), RunningGateway.Cancel).AsTask()).ToList();
        var answers = await Task.WhenAll(asked);
        Assert.DoesNotContain(answers, a => a.IsRight);
        Assert.InRange(answers.Count(a => a.NotBefore is not null), 100, 300 - 65);
        Assert.Equal((true, null), await logins.AskAsync(new Credentials.Login("alice", "secret"), new Client("192.0.2.1", IsUser: false), RunningGateway.Cancel));
        // The same question is one, however often it is asked.
        File.WriteAllText(_folder["users"], $"bob:{BCrypt.Net.BCrypt.HashPassword("secret", 9)}\n");
        using var others = new Users(Settings(), NullLogger<Users>.Instance);
        using var again = new Logins(others, limits, NullLogger<Logins>.Instance);
        answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => again.AskAsync(new Credentials.Login("bob", "secret"), new Client($"192.0.2.{i}", IsUser: false), RunningGateway.Cancel).AsTask()));
        Assert.All(answers, a => Assert.Equal((true, null), a));
    }

    [Fact]
    public async Task A_client_that_leaves_while_its_password_is_checked_is_no_error()
    {
        await using var gateway = await GuardedGateway.StartAsync(samples, "Basic");
        var slow = gateway.UserFile + ".slow";
        await File.WriteAllTextAsync(slow, $"alice:{BCrypt.Net.BCrypt.HashPassword("secret", 12)}\n", RunningGateway.Cancel);
        // Its end fails the test if anything was logged as one.
        await using var running = await RunningGateway.StartAsync(samples.Folder, "--Gateway:Access:Auth=Basic", $"--Gateway:Access:Users={slow}");
        for (var i = 0; i < 4; i++)
        {
            using var left = CancellationTokenSource.CreateLinkedTokenSource(RunningGateway.Cancel);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v2/", UriKind.Relative));
            request.Headers.TryAddWithoutValidation(GuardedGateway.Alice.Item1, GuardedGateway.Basic("alice", $"guess {i}").Item2);
            var asks = running.Http.SendAsync(request, left.Token);
            await Task.Delay(50, RunningGateway.Cancel);
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asks);
        }
        Assert.Equal(200, (await running.GetAsync("/v2/", GuardedGateway.Alice)).Status);
    }

    private IOptions<GatewaySettings> Settings() => Options.Create(new GatewaySettings { Access = { Auth = AuthWay.Basic, Users = _folder["users"] } });
}
