using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Image2Ipfs.Registry;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Runtimes;

/// <summary>Debian's docker-registry, distribution 2.8, which converts schema 2 to schema 1 for whoever reads nothing else.</summary>
internal sealed class DockerRegistry : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private DockerRegistry(Process process, HttpClient http) => (_process, _http) = (process, http);

    /// <param name="folder">Its own.</param>
    public static async Task<DockerRegistry> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var port = Port.Free();
        var config = Path.Combine(folder, "config.yml");
        await File.WriteAllTextAsync(config, $$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true} }
            storage: {filesystem: {rootdirectory: "{{folder}}/storage" } }
            http: {addr: "127.0.0.1:{{port}}"}
            """);
        var log = Path.Combine(folder, "log");
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec docker-registry serve \"$1\" >\"$2\" 2>&1", "sh", config, log]))!;
        var registry = new DockerRegistry(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        for (var i = 0; !await registry.IsThereAsync(); i++)
        {
            if (i == 100 || process.HasExited)
            {
                await registry.DisposeAsync();
                throw new InvalidOperationException("docker-registry did not start:\n" + (File.Exists(log) ? await File.ReadAllTextAsync(log) : ""));
            }
            await Task.Delay(100);
        }
        return registry;
    }

    public async Task PushBlobAsync(string name, string digest, Stream content)
    {
        using var begun = Succeeded(await _http.PostAsync(new Uri($"/v2/{name}/blobs/uploads/", UriKind.Relative), null));
        var to = new Uri(_http.BaseAddress!, begun.Headers.Location!);
        using var body = new StreamContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var put = Succeeded(await _http.PutAsync(new Uri($"{to}{(to.Query.Length == 0 ? '?' : '&')}digest={Uri.EscapeDataString(digest)}"), body));
    }

    public async Task PushManifestAsync(string name, string tag, MediaType form, byte[] manifest)
    {
        using var body = new ByteArrayContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(form.Value) } };
        using var put = Succeeded(await _http.PutAsync(new Uri($"/v2/{name}/manifests/{tag}", UriKind.Relative), body));
    }

    /// <summary>What a client without an Accept header gets.</summary>
    public async Task<(string Type, string Digest, byte[] Text)> PullOldestAsync(string name, string tag)
    {
        using var reply = Succeeded(await _http.GetAsync(new Uri($"/v2/{name}/manifests/{tag}", UriKind.Relative)));
        return (reply.Content.Headers.ContentType!.MediaType!, reply.Headers.GetValues("Docker-Content-Digest").Single(), await reply.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsThereAsync()
    {
        try
        {
            using var reply = await _http.GetAsync(new Uri("/v2/", UriKind.Relative));
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static HttpResponseMessage Succeeded(HttpResponseMessage reply) =>
        reply.IsSuccessStatusCode ? reply : throw new InvalidOperationException($"{reply.RequestMessage!.Method} {reply.RequestMessage.RequestUri}: {(int)reply.StatusCode}");
}
