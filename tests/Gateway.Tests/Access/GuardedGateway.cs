using System.Text;
using System.Text.Json;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>A Gateway over the samples that wants to know who asks: alice, whose password is "secret", and bob, "pass:wörd".</summary>
internal sealed class GuardedGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private GuardedGateway(TemporaryFolder folder, RunningGateway running) => (_folder, Running) = (folder, running);

    public RunningGateway Running { get; }

    public string UserFile => _folder["users"];

    public static (string, string) Alice { get; } = Basic("alice", "secret");

    public static (string, string) Bob { get; } = Basic("bob", "pass:wörd");

    public static async Task<GuardedGateway> StartAsync(Samples samples, string auth, params string[] settings)
    {
        var folder = new TemporaryFolder();
        try
        {
            await File.WriteAllLinesAsync(folder["users"], [Line("alice", "secret"), Line("bob", "pass:wörd")], RunningGateway.Cancel);
            return new GuardedGateway(folder, await RunningGateway.StartAsync(samples.Folder, [$"--Gateway:Access:Auth={auth}", $"--Gateway:Access:Users={folder["users"]}", .. settings]));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>A line of the file, with the least cost that there is.</summary>
    public static string Line(string user, string password) => $"{user}:{BCrypt.Net.BCrypt.HashPassword(password, 4)}";

    public static (string, string) Basic(string user, string password) => ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}");

    public static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    /// <summary>What /token answers to a login, or to nobody.</summary>
    public async Task<JsonElement> TokenAsync(string query, params (string, string)[] login)
    {
        var reply = await Running.GetAsync($"/token?{query}", login);
        Assert.Equal((200, "application/json", "no-store"), (reply.Status, reply["Content-Type"], reply["Cache-Control"]));
        return JsonElement.Parse(reply.Body);
    }

    public async Task<(string, string)> BearerAsync(string query, params (string, string)[] login) => Bearer((await TokenAsync(query, login)).GetProperty("token").GetString()!);

    public async Task<(int Status, JsonElement Json)> PostAsync(params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var response = await Running.Http.PostAsync(new Uri("/token", UriKind.Relative), content, RunningGateway.Cancel);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(RunningGateway.Cancel)));
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        _folder.Dispose();
    }
}
