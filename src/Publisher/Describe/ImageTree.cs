using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Images;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Publisher.Describe;

/// <summary>The tree of a publish: its root, the blocks that no blob can give, and the blobs that it holds.</summary>
internal sealed class ImageTree
{
    private readonly List<Block> _blocks = [];
    private readonly List<StagedBlob> _blobs = [];
    private readonly CidProfile _profile;
    private readonly TreeBuilder _tree;

    private ImageTree(CidProfile profile) => (_profile, _tree) = (profile, new TreeBuilder(profile));

    public DagLink Root { get; private set; }

    public IReadOnlyList<Block> Blocks => _blocks;

    public IReadOnlyList<StagedBlob> Blobs => _blobs;

    /// <param name="profile">Decides the CIDs.</param>
    /// <param name="images">Every image under every name and tag.</param>
    /// <param name="staging">Takes the manifests of the aliases.</param>
    /// <exception cref="PublisherException">One image's name lies inside another image's folder.</exception>
    public static ImageTree Tie(CidProfile profile, IReadOnlyList<ImageForms> images, Staging staging)
    {
        var tree = new ImageTree(profile);
        try
        {
            foreach (var repository in images.GroupBy(i => i.Tagged.Name))
                tree.AddRepository(repository.Key, [.. repository], staging);
        }
        catch (FormatException e)
        {
            throw new PublisherException(e.Message, "one image's name is a folder inside another's; give it another name", e);
        }
        tree.Root = tree._tree.Build(tree._blocks.Add);
        return tree;
    }

    private void AddRepository(RepositoryName name, List<ImageForms> images, Staging staging)
    {
        // Every registry is asked for latest sometime: without one of its own, it is the first tag's image.
        if (!images.Exists(t => t.Tagged.Tag == Tag.Latest) && images.OrderBy(t => t.Tagged.Manifest is SourceArtifact).FirstOrDefault(t => t.Tagged.Tag is not null) is { } first)
            images.Add(ImageForms.Describe(first.Tagged with { Tag = Tag.Latest }, staging));
        images.Sort((a, b) => string.CompareOrdinal(a.Tagged.Tag?.ToString(), b.Tagged.Tag?.ToString()));

        foreach (var image in images)
        {
            foreach (var blob in image.Blobs)
                Add(blob, TreePaths.Blob(blob.Digest), TreePaths.LayoutBlob(blob.Digest));
            foreach (var manifest in image.Manifests.Concat(image.Parts))
                Add(manifest.Blob, TreePaths.Manifest(manifest.Blob.Digest), TreePaths.LayoutBlob(manifest.Blob.Digest));
            if (image.Tagged.Tag is not { } tag)
                continue;
            foreach (var manifest in image.Manifests)
            {
                Add(manifest.Blob, TreePaths.Manifest(tag, manifest.MediaType));
                if (manifest.MediaType.IsSchema1 && tag == Tag.Latest)
                    Add(manifest.Blob, TreePaths.OldestRegistriesLatest);
            }
        }
        AddText(TreePaths.OciLayout, TreePaths.OciLayoutContent);
        AddText(TreePaths.Index, ImageIndex.Write(MediaType.OciIndex, images.SelectMany(t => t.IndexEntries())));

        void Add(StagedBlob blob, params ReadOnlySpan<string> paths)
        {
            _blobs.Add(blob);
            foreach (var path in paths)
                _tree.Add($"{name}/{path}", blob.Dag);
        }

        void AddText(string path, ReadOnlyMemory<byte> text) => _tree.Add($"{name}/{path}", UnixFsFile.Build(_profile, text, _blocks.Add));
    }
}
