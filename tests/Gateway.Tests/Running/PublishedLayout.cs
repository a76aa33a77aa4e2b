using Image2Ipfs.Gateway.Tests.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Commands;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>A layout that the publisher has put into a store of its own.</summary>
internal sealed class PublishedLayout : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Store => _folder["store"];

    public Cid Root { get; private set; } = null!;

    public static async Task<PublishedLayout> OfAsync(TestLayout layout)
    {
        var published = new PublishedLayout();
        var archive = published._folder["layout.tar"];
        await File.WriteAllBytesAsync(archive, layout.Tar(), RunningGateway.Cancel);
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = await CommandLine.RunAsync([archive, "--store", published.Store, "--quiet"], output, error);
        Assert.True(exit == 0, error.ToString());
        published.Root = Cid.Parse(output.ToString().Split('/')[1]);
        return published;
    }

    /// <summary>The repository's path in the registry.</summary>
    public string Repository(string name) => $"/v2/{Root.ToRepositoryComponent()}/{name}";

    /// <summary>Every block, for an upstream to have.</summary>
    public UpstreamBlocks Blocks() => new(new LocalStore(Store).Open(Root)!.Blocks());

    public void Dispose() => _folder.Dispose();
}
