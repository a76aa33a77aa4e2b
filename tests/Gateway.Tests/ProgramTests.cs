using System.Net;
using System.Net.Sockets;
using Image2Ipfs.Gateway.Tests.Running;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests;

/// <summary>The program from outside: what an operator sees.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task Wrong_settings_end_it_with_a_line_each()
    {
        var (exit, output, error) = await GatewayProgram.RunAsync(["--Gateway:MemoryCacheBytes=5", "--Gateway:Store="]);
        Assert.Equal(1, exit);
        Assert.Equal("", output);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, l => Assert.StartsWith("Gateway: error: ", l, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--Gateway:NoSuchKey=1", "NoSuchKey")]
    [InlineData("--Gateway:MemoryCacheBytes=much", "MemoryCacheBytes")]
    [InlineData("--config=/no/such/file.json", "/no/such/file.json")]
    [InlineData("--urls=nonsense", "nonsense")]
    [InlineData("--urls=http://192.0.2.1:5000", "192.0.2.1:5000")] // nobody's address (RFC 5737)
    public async Task A_wrong_argument_ends_it_with_one_line_that_names_it(string argument, string named)
    {
        var (exit, output, error) = await GatewayProgram.RunAsync(["--urls=http://127.0.0.1:0", argument]);
        IsOneLine(exit, error, named);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_it_with_one_line()
    {
        using var store = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        var (exit, output, error) = await GatewayProgram.RunAsync([$"--urls={address}", $"--Gateway:Store={store.Path}"]);
        IsOneLine(exit, error, address);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_settings_that_is_broken_ends_it_with_the_place()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], "{\n  \"Gateway\": oops\n}", RunningGateway.Cancel);
        var (exit, _, error) = await GatewayProgram.RunAsync(["--config", folder["gateway.json"]]);
        IsOneLine(exit, error, folder["gateway.json"]);
        Assert.Contains("LineNumber: 1", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_comes_from_the_argument_else_the_environment_else_its_own_variable()
    {
        Assert.Contains("Store /the/variable ", await StoreLineAsync([], ("IMAGE2IPFS_STORE", "/the/variable")), StringComparison.Ordinal);
        Assert.Contains("Store /the/setting ", await StoreLineAsync([], ("IMAGE2IPFS_STORE", "/the/variable"), ("Gateway__Store", "/the/setting")), StringComparison.Ordinal);
        Assert.Contains("Store /the/argument ", await StoreLineAsync(["--Gateway:Store=/the/argument"], ("IMAGE2IPFS_STORE", "/the/variable"), ("Gateway__Store", "/the/setting")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_of_settings_may_come_from_the_environment_but_not_from_a_variable_of_every_program()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["gateway.json"], "{\"Gateway\":{\"Store\":\"/the/file\"}}", RunningGateway.Cancel);
        Assert.Contains("Store /the/file ", await StoreLineAsync([], ("IMAGE2IPFS_CONFIG", folder["gateway.json"])), StringComparison.Ordinal);
        Assert.Contains("Store /the/variable ", await StoreLineAsync([], ("CONFIG", folder["none.json"]), ("IMAGE2IPFS_STORE", "/the/variable")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_lies_where_it_is_started_is_not_its_own()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["appsettings.json"], "{\"Gateway\":{\"NoSuchKey\":1}}", RunningGateway.Cancel);
        using var gateway = GatewayProgram.Start(["--urls=http://127.0.0.1:0", "--Gateway:Store=here"], [], folder.Path);
        Assert.Contains($"Store {folder["here"]} ", await gateway.ReadUntilAsync("Store "), StringComparison.Ordinal);
    }

    private static async Task<string> StoreLineAsync(string[] args, params (string, string)[] environment)
    {
        using var gateway = GatewayProgram.Start(["--urls=http://127.0.0.1:0", .. args], environment);
        return await gateway.ReadUntilAsync("Store ");
    }

    private static void IsOneLine(int exit, string error, string named)
    {
        Assert.Equal(1, exit);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("Gateway: error: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}
