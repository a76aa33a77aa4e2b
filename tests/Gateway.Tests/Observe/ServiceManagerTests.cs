using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>The program where systemd would have started it: it says when it listens and when it stops, and how grave a line is.</summary>
public sealed class ServiceManagerTests(SamplesGateway samples) : IClassFixture<SamplesGateway>
{
    [Fact]
    public async Task It_says_that_it_listens_and_that_it_stops()
    {
        using var folder = new TemporaryFolder();
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        using var gateway = Start(folder, $"NOTIFY_SOCKET={folder["notify"]}");
        Assert.Equal("READY=1", await ReceiveAsync());

        using var kill = Process.Start("kill", ["-TERM", $"{gateway.Id}"]);
        Assert.Equal("STOPPING=1", await ReceiveAsync());
        var log = await gateway.StandardOutput.ReadToEndAsync(RunningGateway.Cancel);
        await gateway.WaitForExitAsync(RunningGateway.Cancel);
        Assert.Equal(0, gateway.ExitCode);
        // A line begins with the level that the journal keeps it under.
        Assert.All(log.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("<6>", line, StringComparison.Ordinal));

        async Task<string> ReceiveAsync()
        {
            var message = new byte[256];
            return Encoding.UTF8.GetString(message, 0, await manager.ReceiveAsync(message, RunningGateway.Cancel));
        }
    }

    [Fact]
    public async Task The_form_of_lines_that_was_chosen_counts_more()
    {
        using var folder = new TemporaryFolder();
        using var gateway = Start(folder, $"NOTIFY_SOCKET={folder["notify"]}", "Logging__Console__FormatterName=json");
        Assert.StartsWith("{", await gateway.StandardOutput.ReadLineAsync(RunningGateway.Cancel), StringComparison.Ordinal);
        gateway.Kill();
    }

    [Theory]
    [InlineData("ftp://127.0.0.1", 2, "usage")]
    [InlineData("http://127.0.0.1:9", 1, "http://127.0.0.1:9/ does not answer")]
    public async Task Health_of_nobody_is_an_error(string address, int exit, string said)
    {
        var result = await GatewayProgram.RunAsync(["health", address]);
        Assert.Equal(exit, result.Exit);
        Assert.Contains(said, Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_what_the_one_that_runs_says_of_itself()
    {
        var (exit, output, _) = await GatewayProgram.RunAsync(["health", samples.Running.Address.ToString()]);
        Assert.Equal(0, exit);
        Assert.Contains("\"status\": \"ready\"", output, StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        await using var empty = await RunningGateway.StartAsync(folder["store"]);
        Assert.Equal(1, (await GatewayProgram.RunAsync(["health", empty.Address.ToString()])).Exit);
    }

    private static Process Start(TemporaryFolder folder, params string[] variables)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Gateway.dll"), "--urls=http://127.0.0.1:0", $"--Gateway:Store={folder["store"]}", $"--Gateway:Cache:Folder={folder["cache"]}"];
        return Process.Start(new ProcessStartInfo("env", [.. variables, "dotnet", .. arguments]) { RedirectStandardOutput = true })!;
    }
}
