using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Testing;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>A Gateway over the tree that boxo was asked for, asked for the same.</summary>
public sealed class RecordedGateway : IAsyncLifetime
{
    internal IReadOnlyList<RecordedExchange> Exchanges { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        using var store = new TemporaryFolder();
        Assert.Equal(VectorTree.Vector.GetProperty("root").GetString(), Fill(store.Path).ToString());
        await using var gateway = await RunningGateway.StartAsync(store.Path);
        var exchanges = new List<RecordedExchange>();
        foreach (var boxo in RecordedAnswer.All)
            exchanges.Add(new RecordedExchange(boxo, await gateway.SendAsync(boxo.Head ? HttpMethod.Head : HttpMethod.Get, boxo.Target, boxo.Header is { } header ? [header] : [])));
        Exchanges = exchanges;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Cid Fill(string store)
    {
        using var staging = new LocalStore(store).Stage(CidProfile.UnixFsV0);
        var tree = new TreeBuilder(CidProfile.UnixFsV0);
        var (blocks, blobs) = (new List<Block>(), new List<StagedBlob>());
        foreach (var (path, content) in VectorTree.Files())
        {
            if (!Digest.TryParse(path[(path.LastIndexOf('/') + 1)..], out var name))
            {
                tree.Add(path, UnixFsFile.Build(CidProfile.UnixFsV0, content, blocks.Add));
                continue;
            }
            // The vector's blobs are not named by their own digest; a CID is what counts below /ipfs/.
            blobs.Add(staging.AddBlob(content) with { Digest = name });
            tree.Add(path, blobs[^1].Dag);
        }
        var root = tree.Build(blocks.Add).Cid;
        staging.Commit(root, blocks, blobs);
        return root;
    }
}
