using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>A block of a file on its way out.</summary>
/// <param name="Cid">Its name.</param>
/// <param name="Offset">Where in the file its own content begins.</param>
/// <param name="Length">The bytes of its own content; an inner node has none, as a rule.</param>
/// <param name="Block">Its bytes; empty for a leaf that is a slice of a plain file.</param>
/// <param name="Content">Its own content; empty likewise.</param>
internal readonly record struct FileBlock(Cid Cid, long Offset, int Length, ReadOnlyMemory<byte> Block, ReadOnlyMemory<byte> Content)
{
    public bool IsSlice => Block.IsEmpty && Length > 0;
}

/// <summary>The blocks of a file on the way to some of its bytes, depth first: any layout, leaves of any kind.</summary>
/// <param name="dag">Where they are.</param>
/// <param name="plain">The whole content in one file, or null: then leaves are read as blocks.</param>
/// <param name="first">The first byte wanted.</param>
/// <param name="last">The last one. Before the first: the root alone.</param>
/// <param name="whole">The inner nodes below which everything was walked: they are passed over. Null: nothing is.</param>
internal sealed class FileWalk(HeldDag dag, SafeFileHandle? plain, long first, long last, HashSet<Cid>? whole = null)
{
    /// <summary>174 links to a node make 2^60 bytes with fewer levels.</summary>
    private const int MaxDepth = 32;

    /// <summary>Parts of no bytes, each of which may be a DAG of such parts again: no writer makes them.</summary>
    private const int MaxEmptyParts = 1024;

    private int _emptyParts;

    /// <param name="file">The link to the file's root.</param>
    /// <param name="size">The content bytes, where they are known.</param>
    public IEnumerable<FileBlock> Blocks(DagLink file, long? size) => Blocks(file, 0, size, depth: 0);

    private IEnumerable<FileBlock> Blocks(DagLink link, long offset, long? size, int depth)
    {
        var cid = link.Cid;
        if (depth > MaxDepth || (size == 0 && depth > 0 && ++_emptyParts > MaxEmptyParts))
            throw new InvalidDataException($"the file that holds {cid} is nested too deep");
        // The part of the plain file, in the envelope or without, is the whole block.
        if (plain is not null && size is { } length && FileDag.LooksLikeLeaf(link, length))
        {
            yield return new FileBlock(cid, offset, (int)length, default, default);
            yield break;
        }
        if (whole is not null && depth > 0 && offset >= first && offset + size <= last + 1 && !whole.Add(cid))
            yield break;

        var block = dag.Block(cid);
        if (cid.Codec == Cid.Raw)
        {
            Check(size, block.Length);
            yield return new FileBlock(cid, offset, block.Length, block, block);
            yield break;
        }
        var node = UnixFsNode.Decode(cid, block);
        Check(size, node.FileSize());
        var content = node.Data.Data;
        yield return new FileBlock(cid, offset, content.Length, block, content);
        offset += content.Length;
        for (var i = 0; i < node.Links.Count; i++)
        {
            var part = (long)node.Data.BlockSizes[i];
            if (first <= last && offset <= last && (offset + part > first || (part == 0 && offset >= first)))
                foreach (var below in Blocks(node.Links[i], offset, part, depth + 1))
                    yield return below;
            offset += part;
        }

        void Check(long? expected, long actual)
        {
            if (expected is not null && expected != actual)
                throw new InvalidDataException($"{cid} has {actual} bytes of content instead of {expected}");
        }
    }
}
