using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>A repository "app" that is put into a store piece by piece: trees that the publisher does not write.</summary>
internal sealed class SyntheticTree : IDisposable
{
    public const string Name = "app";

    private readonly Staging _staging;
    private readonly CidProfile _profile;
    private readonly TreeBuilder _tree;
    private readonly List<StagedBlob> _blobs = [];
    private readonly List<Descriptor> _index = [];

    public SyntheticTree(string store, CidProfile? profile = null)
    {
        _profile = profile ?? CidProfile.UnixFsV0;
        _staging = new LocalStore(store).Stage(_profile);
        _tree = new TreeBuilder(_profile);
    }

    public Digest AddBlob(ReadOnlySpan<byte> content) => AddBlob(_staging.AddBlob(content));

    public Digest AddBlob(StagedBlob blob)
    {
        _blobs.Add(blob);
        _tree.Add($"{Name}/{TreePaths.Blob(blob.Digest)}", blob.Dag);
        return blob.Digest;
    }

    public BlobWriter BeginBlob() => _staging.BeginBlob();

    /// <summary>A manifest that only a digest names: the child of an index.</summary>
    public Descriptor AddManifest(MediaType form, ReadOnlySpan<byte> content)
    {
        var blob = _staging.AddBlob(content);
        _blobs.Add(blob);
        _tree.Add($"{Name}/{TreePaths.Manifest(blob.Digest)}", blob.Dag);
        return new Descriptor(form, blob.Digest, blob.Size);
    }

    /// <summary>A manifest that the index lists under the tag.</summary>
    public Descriptor AddManifest(string tag, MediaType form, ReadOnlySpan<byte> content)
    {
        var manifest = AddManifest(form, content);
        _index.Add(manifest with { Name = tag });
        return manifest;
    }

    /// <summary>A manifest of this form that is like no other.</summary>
    public static byte[] Image(MediaType form, string what)
    {
        var blob = new Descriptor(MediaType.OciLayerGzip, Digest.Sha256(Encoding.UTF8.GetBytes(what)), 1);
        return ImageManifest.Write(form, blob, [blob]);
    }

    /// <returns>The repository's path.</returns>
    public string Commit() => Commit(ImageIndex.Write(MediaType.OciIndex, _index));

    public string Commit(ReadOnlyMemory<byte> index)
    {
        var blocks = new List<Block>();
        _tree.Add($"{Name}/{TreePaths.Index}", UnixFsFile.Build(_profile, index, blocks.Add));
        var root = _tree.Build(blocks.Add);
        _staging.Commit(root.Cid, blocks, _blobs);
        return $"/v2/{root.Cid.ToRepositoryComponent()}/{Name}";
    }

    public void Dispose() => _staging.Dispose();
}
