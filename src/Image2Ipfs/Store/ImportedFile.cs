using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Store;

/// <summary>
/// A file of an archive, however it was chunked and laid out. Every size that its nodes say is checked, for the store and
/// its readers go by them.
/// </summary>
/// <param name="cid">Its first block.</param>
/// <param name="blocks">The archive.</param>
/// <param name="budget">What may come of it.</param>
/// <param name="keep">Takes the blocks that go into the root's own file.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class ImportedFile(Cid cid, ArchivedBlocks blocks, ImportBudget budget, Action<Block> keep, CancellationToken cancel)
{
    private const int MaxDepth = 32;

    /// <summary>Parts of no bytes, each of which may be a DAG of such parts again: no writer makes them.</summary>
    private const int MaxEmptyParts = 1024;

    private HashSet<Cid> _inner = [];
    private BlobWriter? _blob;
    private UnixFsType? _envelope;
    private bool _isMixed;
    private int _emptyParts;

    public long Size { get; } = UnixFsFile.ContentSize(cid, blocks.Get(cid));

    /// <summary>Its leaves, once it is a blob.</summary>
    public LeafKind Leaves => _envelope == UnixFsType.Raw ? LeafKind.Raw : _isMixed ? LeafKind.Mixed : LeafKind.Plain;

    /// <summary>Whether it has more blocks than one leaf.</summary>
    public bool HasInnerNodes { get; private set; }

    /// <summary>Makes a blob of it: leaves become slices of that, and inner nodes stay as they are.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or not what its sizes say.</exception>
    public StagedBlob Stage(BlobWriter blob)
    {
        _blob = blob;
        Read();
        return blob.Finish(new DagLink("", cid, 0));
    }

    /// <summary>Keeps all of its blocks as they are.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or not what its sizes say.</exception>
    public void Keep() => Read();

    /// <summary>A reader takes a link of this total size for one to a leaf, and would make that leaf of the blob.</summary>
    /// <exception cref="InvalidDataException">It is one to an inner node.</exception>
    public void CheckLink(DagLink link)
    {
        if (HasInnerNodes && FileDag.LooksLikeLeaf(link, Size))
            throw new InvalidDataException($"the total size of a link to {cid} is wrong");
    }

    private void Read()
    {
        budget.Want(Size);
        Append(new DagLink("", cid, 0), Size, depth: 0);
        _inner = [];
    }

    private void Append(DagLink link, long size, int depth)
    {
        cancel.ThrowIfCancellationRequested();
        if (depth > MaxDepth || (size == 0 && depth > 0 && ++_emptyParts > MaxEmptyParts))
            throw new InvalidDataException($"{cid} is nested too deep");
        var block = new Block(link.Cid, blocks.Get(link.Cid));
        if (_blob is null)
            keep(block);
        if (link.Cid.Codec == Cid.Raw)
        {
            CheckSize(link.Cid, (ulong)size, (ulong)block.Bytes.Length);
            Write(block, block.Bytes);
            KeepUnless(block, block.Bytes.Length <= FileDag.MaxLeaf);
            return;
        }
        if (link.Cid.Codec != Cid.DagPb)
            throw new InvalidDataException($"{link.Cid} is no part of a file");

        var node = DagPbNode.Decode(block.Bytes);
        var data = UnixFsData.Decode(node.Data);
        var actual = (ulong)UnixFsFile.ContentSize(link.Cid, node.Links, data);
        CheckSize(link.Cid, (ulong)size, actual);
        CheckSize(link.Cid, data.FileSize ?? actual, actual);
        Write(block, data.Data);
        if (node.Links.Count == 0)
        {
            KeepUnless(block, IsPlain(block.Bytes.Span, data));
            return;
        }

        if (depth == 0)
            HasInnerNodes = true;
        else if (FileDag.LooksLikeLeaf(link, size))
            throw new InvalidDataException($"the total size of a link to {link.Cid} is wrong");
        for (var i = 0; i < node.Links.Count; i++)
            Append(node.Links[i], (long)data.BlockSizes[i], depth + 1);
        if (_blob is null || link.Cid.IsIdentity || !_inner.Add(link.Cid))
            return;
        budget.Keep(block.Bytes.Length);
        _blob.WriteNode(block);
    }

    private void Write(Block block, ReadOnlyMemory<byte> content)
    {
        budget.Visit(block.Bytes.Length, content.Length);
        _blob?.Write(content.Span);
    }

    private static void CheckSize(Cid node, ulong said, ulong actual)
    {
        if (said != actual)
            throw new InvalidDataException($"{node} has {actual} bytes of content instead of {said}");
    }

    private void KeepUnless(Block leaf, bool canBeMade)
    {
        if (_blob is null || canBeMade)
            return;
        _isMixed = true;
        keep(leaf);
    }

    /// <summary>Whether the leaf is what would be made of its content. The first in an envelope decides for all.</summary>
    private bool IsPlain(ReadOnlySpan<byte> leaf, UnixFsData data)
    {
        if (data.Data.Length > FileDag.MaxLeaf || (_envelope ?? data.Type) != data.Type)
            return false;
        var (head, tail) = FileDag.LeafEnvelope(data.Data.Length, data.Type);
        if (leaf.Length != head.Length + data.Data.Length + tail.Length || !leaf.StartsWith(head) || !leaf.EndsWith(tail))
            return false;
        _envelope = data.Type;
        return true;
    }
}
