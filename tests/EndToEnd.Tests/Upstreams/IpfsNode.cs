using System.Text.Json;
using Image2Ipfs.EndToEnd.Tests.Upstreams;
using Image2Ipfs.Testing;

[assembly: AssemblyFixture(typeof(IpfsNode))]

namespace Image2Ipfs.EndToEnd.Tests.Upstreams;

/// <summary>js-ipfs, as clients/node.sh runs it, started when a test first needs it and ended after the last test.</summary>
public sealed class IpfsNode : IAsyncDisposable
{
    // A block that the node does not have is one that it waits for.
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private Uri? _rpc;
    private Uri? _gateway;

    /// <summary>Where it serves plain paths: it ignores <c>?format=</c>.</summary>
    public async Task<Uri> GatewayAsync()
    {
        await StartAsync();
        return _gateway!;
    }

    /// <summary>What <c>--to</c> takes for it.</summary>
    public async Task<string> TargetAsync()
    {
        await StartAsync();
        return $"kubo:{_rpc!.ToString().TrimEnd('/')}";
    }

    /// <returns>The root that it found, having walked all that is below it.</returns>
    public async Task<string> ImportAsync(Stream car)
    {
        using var content = new StreamContent(car);
        content.Headers.ContentType = new("application/vnd.ipld.car"); // js-ipfs refuses a part without a type
        using var form = new MultipartFormDataContent { { content, "file", "tree.car" } };
        using var response = await PostAsync("dag/import", form);
        // A line a root, the first one first.
        var root = JsonElement.Parse((await response.Content.ReadAsStringAsync()).Split('\n')[0]).GetProperty("Root");
        Assert.Equal("", root.GetProperty("PinErrorMsg").GetString());
        return root.GetProperty("Cid").GetProperty("/").GetString()!;
    }

    public async Task<byte[]> ExportAsync(string root)
    {
        using var response = await PostAsync($"dag/export?arg={root}", null);
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Adds a folder as <c>ipfs add -r</c> does. It makes the folders of files' paths itself, and takes none by name.</summary>
    /// <returns>The folder's CID.</returns>
    public async Task<string> AddAsync(string folder, int cidVersion = 0)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var content = new StreamContent(File.OpenRead(file));
            content.Headers.ContentType = new("application/octet-stream");
            content.Headers.ContentDisposition = new("form-data") { Name = "file", FileName = $"\"{Uri.EscapeDataString("root/" + Path.GetRelativePath(folder, file))}\"" };
            form.Add(content);
        }
        using var response = await PostAsync($"add?cid-version={cidVersion}&pin=false", form);
        var added = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line));
        return added.Single(a => a.GetProperty("Name").GetString() == "root").GetProperty("Hash").GetString()!;
    }

    /// <summary>What a file holds.</summary>
    public async Task<byte[]> CatAsync(string cid)
    {
        using var response = await PostAsync($"cat?arg={cid}", null);
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Runs a command that answers with one JSON value.</summary>
    public async Task<JsonElement> AskAsync(string command)
    {
        using var response = await PostAsync(command, null);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_rpc is not null)
            (await Scripts.RunAsync("node.sh", "stop")).Succeeded();
    }

    private async Task<HttpResponseMessage> PostAsync(string command, HttpContent? content)
    {
        await StartAsync();
        var response = await _http.PostAsync(new Uri(_rpc!, $"/api/v0/{command}"), content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response;
    }

    private async Task StartAsync()
    {
        if (_rpc is not null)
            return;
        var said = (await Scripts.RunAsync("node.sh", "start")).Succeeded().Output.TrimEnd('\n').Split('\n');
        (_rpc, _gateway) = (new Uri(said[0]), new Uri(said[1]));
    }
}
