using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>One section of an archive: a block in memory, or a leaf that is a slice of a file which is open until the next section.</summary>
internal readonly record struct CarSection(Cid Cid, ReadOnlyMemory<byte> Block, SafeFileHandle? File, long Offset, int Length);

/// <summary>
/// The sections of an archive: first the blocks that prove the path, then, depth first, those that the scope names.
/// </summary>
internal sealed class CarWalk(HeldDag dag, Resolved resolved, CarParameters parameters)
{
    /// <summary>A quarter of a terabyte of leaves. A small DAG that links to its nodes again and again would have no end.</summary>
    private const int MaxSections = 1024 * 1024;

    /// <summary>As long as a path may be, and some shards.</summary>
    private const int MaxDepth = 256;

    private readonly HashSet<Cid>? _seen = parameters.Duplicates ? null : [];
    private readonly HashSet<Cid>? _whole = parameters.Duplicates ? null : [];
    private int _sections;

    public IEnumerable<CarSection> Sections()
    {
        foreach (var cid in resolved.Proof)
            if (IsNew(cid))
                yield return InMemory(cid, dag.Block(cid));
        var below = parameters.Scope switch
        {
            DagScope.Block => IsNew(resolved.Target.Cid) ? [InMemory(resolved.Target.Cid, dag.Block(resolved.Target.Cid))] : [],
            DagScope.Entity => Node(resolved.Target, withEntries: false, depth: 0),
            _ => Node(resolved.Target, withEntries: true, depth: 0),
        };
        foreach (var section in below)
            yield return section;
    }

    private IEnumerable<CarSection> Node(DagLink link, bool withEntries, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"{link.Cid} is nested too deep");
        if (_seen is not null && _seen.Contains(link.Cid))
            yield break;
        using var plain = dag.OpenFile(link.Cid, out var size);
        if (plain is not null || link.Cid.Codec == Cid.Raw)
        {
            foreach (var section in File(link, plain, plain is null ? null : size))
                yield return section;
            yield break;
        }
        var block = dag.Block(link.Cid);
        var node = UnixFsNode.Decode(link.Cid, block);
        if (node.IsFile)
        {
            foreach (var section in File(link, null, node.FileSize()))
                yield return section;
        }
        else if (withEntries || node.Data.Type != UnixFsType.HamtShard)
        {
            if (IsNew(link.Cid))
                yield return InMemory(link.Cid, block);
            foreach (var child in withEntries ? node.Links : [])
                foreach (var section in Node(child, withEntries, depth + 1))
                    yield return section;
        }
        else
        {
            foreach (var shard in Shards(link.Cid))
                if (IsNew(shard))
                    yield return InMemory(shard, dag.Block(shard));
        }
    }

    private IEnumerable<CarSection> File(DagLink link, SafeFileHandle? plain, long? size)
    {
        var (first, last) = parameters.Bytes is null ? (0, long.MaxValue - 1) : parameters.RangeOf(size ?? dag.Block(link.Cid).Length);
        foreach (var block in new FileWalk(dag, plain, first, last, _whole).Blocks(link, size))
        {
            if (!IsNew(block.Cid))
                continue;
            if (block.IsSlice)
                dag.CheckSlice(block.Cid);
            yield return block.IsSlice
                ? new CarSection(block.Cid, default, plain, block.Offset, block.Length)
                : InMemory(block.Cid, block.Block);
        }
    }

    /// <summary>The shards of a directory, depth first.</summary>
    private List<Cid> Shards(Cid directory)
    {
        var shards = new List<Cid>();
        foreach (var _ in DirectoryDag.Entries(directory, cid =>
        {
            shards.Add(cid);
            return dag.Block(cid);
        }))
        {
            // Only the way to the entries counts.
        }
        return shards;
    }

    private bool IsNew(Cid cid)
    {
        if (++_sections > MaxSections)
            throw new InvalidDataException($"the archive of {resolved.Target.Cid} has more than {MaxSections} blocks");
        // A CID that is its own block needs no section: archives hold none.
        return !cid.IsIdentity && (_seen is null || _seen.Add(cid));
    }

    private static CarSection InMemory(Cid cid, ReadOnlyMemory<byte> block) => new(cid, block, null, 0, block.Length);
}
