using Image2Ipfs.EndToEnd.Tests.Runtimes;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// What all tests share: one store, one Gateway over it, and every client, started when a test first needs it and ended
/// after the last test.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    private readonly Dictionary<string, Published> _published = [];
    private readonly Dictionary<string, Client> _clients = [];
    private GatewayProcess? _gateway;

    /// <summary>Below the clients' work folder, so that those in a root see it at the same path.</summary>
    public string Folder { get; } = Path.Combine(Scripts.WorkFolder, "tests", Path.GetRandomFileName());

    public string Store => Path.Combine(Folder, "store");

    public PublisherProcess Publisher => new(Store);

    public async Task<GatewayProcess> GatewayAsync() => _gateway ??= await GatewayProcess.StartAsync(Store);

    /// <summary>A Gateway with nothing of its own, neither in a store nor in a cache: all that it serves comes from the upstreams.</summary>
    public Task<GatewayProcess> EmptyGatewayAsync(params IEnumerable<Uri> upstreams) => EmptyGatewayAsync(upstreams, settings: []);

    public Task<GatewayProcess> EmptyGatewayAsync(IEnumerable<Uri> upstreams, params string[] settings) =>
        GatewayProcess.StartAsync(NewPath("store"), [$"--IPFS_GATEWAY={string.Join(',', upstreams)}", $"--Gateway:Cache:Folder={NewPath("cache")}", .. settings]);

    /// <summary>Publishes one of the archives in tests/Vectors, once with the same options.</summary>
    public async Task<Published> PublishAsync(string archive, params string[] options)
    {
        var words = string.Join(' ', options.Prepend(archive));
        if (!_published.TryGetValue(words, out var published))
            _published.Add(words, published = await Publisher.PublishAsync(Vectors.File("archives", archive), options));
        return published;
    }

    /// <summary>What a client is told to pull.</summary>
    /// <param name="image">One of <paramref name="published"/>.</param>
    /// <param name="suffix">Such as <c>:tag</c>, <c>@sha256:…</c> or nothing.</param>
    /// <param name="root">Another text form of the root.</param>
    /// <param name="authority">The host and port of what stands in front of the Gateway.</param>
    public async Task<string> ReferenceAsync(Published published, PublishedImage image, string suffix, string? root = null, string? authority = null) =>
        $"{authority ?? (await GatewayAsync()).Authority}/{root ?? published.Root.Component}/{image.Name}{suffix}";

    /// <summary>A client that runs, with nothing pulled.</summary>
    public async Task<Client> ClientAsync(string name)
    {
        if (!_clients.TryGetValue(name, out var client))
        {
            _clients.Add(name, client = Client.Create(name));
            await client.StartAsync();
        }
        await client.ForgetAsync();
        return client;
    }

    /// <summary>A path in the common folder that nothing has yet.</summary>
    public string NewPath(string name)
    {
        var folder = Path.Combine(Folder, Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
            await client.StopAsync();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}
