using System.Diagnostics;
using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Packages;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Operating;

/// <summary>A Prometheus with the files of config/prometheus; only the target and the intervals are others.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private Prometheus(Process process, Uri address) => (_process, _http) = (process, new HttpClient { BaseAddress = address });

    public static async Task<Prometheus> StartAsync(string folder, string target)
    {
        Directory.CreateDirectory(folder);
        var config = Path.Combine(Vectors.Repository, "config", "prometheus");
        File.Copy(Path.Combine(config, "rules.yml"), Path.Combine(folder, "rules.yml"));
        var text = await File.ReadAllTextAsync(Path.Combine(config, "prometheus.yml"));
        Assert.Contains("[gateway:5000]", text, StringComparison.Ordinal);
        Assert.Contains("_interval: 15s", text, StringComparison.Ordinal);
        var file = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(file, text.Replace("[gateway:5000]", $"['{target}']", StringComparison.Ordinal).Replace("_interval: 15s", "_interval: 1s", StringComparison.Ordinal));
        (await Command.RunAsync("promtool", ["check", "config", file])).Succeeded();

        var authority = $"127.0.0.1:{Port.Free()}";
        var process = Process.Start(new ProcessStartInfo("prometheus", [$"--config.file={file}", $"--web.listen-address={authority}", $"--storage.tsdb.path={folder}/data", "--log.level=error"]))!;
        var prometheus = new Prometheus(process, new Uri($"http://{authority}"));
        try
        {
            await prometheus.WaitAsync();
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether a query gives a number now; NaN is none.</summary>
    public async Task<bool> HasDataAsync(string query)
    {
        var result = (await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}")).GetProperty("result");
        return result.EnumerateArray().Any(sample => sample.GetProperty("value")[1].GetString() != "NaN");
    }

    /// <returns>Of each alert, whether it can be evaluated, and whether it is inactive, pending or firing.</returns>
    public async Task<IReadOnlyList<(string Name, string Health, string State)>> RulesAsync() =>
    [
        .. from level in (await GetAsync("/api/v1/rules")).GetProperty("groups").EnumerateArray()
           from rule in level.GetProperty("rules").EnumerateArray()
           select (rule.GetProperty("name").GetString()!, rule.GetProperty("health").GetString()!, rule.GetProperty("state").GetString()!),
    ];

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private async Task WaitAsync()
    {
        for (var tries = 120; ; tries--)
        {
            try
            {
                using var answer = await _http.GetAsync("/-/ready");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (tries > 0 && !_process.HasExited)
            {
            }
            Assert.True(tries > 0, "prometheus is not ready");
            await Task.Delay(500);
        }
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        var answer = JsonElement.Parse(await _http.GetByteArrayAsync(path));
        Assert.Equal("success", answer.GetProperty("status").GetString());
        return answer.GetProperty("data");
    }
}
