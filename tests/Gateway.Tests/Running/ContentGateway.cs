using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>One Gateway over a tree of each profile, for the tests of a class that only ask.</summary>
public sealed class ContentGateway : IAsyncLifetime
{
    private readonly TemporaryFolder _store = new();

    internal RunningGateway Running { get; private set; } = null!;

    internal IReadOnlyList<ContentTree> Trees { get; private set; } = [];

    internal ContentTree V0 => Trees[0];

    internal ContentTree V1 => Trees[1];

    public async ValueTask InitializeAsync()
    {
        Trees = [.. CidProfile.All.Select(profile => new ContentTree(_store.Path, profile))];
        Running = await RunningGateway.StartAsync(_store.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        _store.Dispose();
    }
}
