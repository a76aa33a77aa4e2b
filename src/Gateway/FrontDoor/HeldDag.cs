using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>The DAGs that lie on this machine, whoever holds their blocks.</summary>
/// <param name="held">Who holds some, the first to be asked first.</param>
/// <param name="rules">What of it may be had.</param>
internal sealed class HeldDag(IEnumerable<IHeld> held, ContentRules rules)
{
    private readonly IHeld[] _held = [.. held];

    /// <exception cref="NotHeldException">Nobody has it.</exception>
    /// <exception cref="DeniedException">It may not be had.</exception>
    public ReadOnlyMemory<byte> Block(Cid cid)
    {
        rules.Check(cid);
        foreach (var some in _held)
            if (some.Block(cid) is { } block)
                return block;
        throw new NotHeldException(cid);
    }

    /// <summary>A leaf that is a slice of a file is not asked for as a block.</summary>
    /// <exception cref="DeniedException">It may not be had.</exception>
    public void CheckSlice(Cid leaf) => rules.Check(leaf);

    public bool Has(Cid cid) => Array.Exists(_held, some => some.Block(cid) is not null);

    /// <inheritdoc cref="IHeld.OpenFile"/>
    /// <exception cref="DeniedException">It may not be had.</exception>
    public SafeFileHandle? OpenFile(Cid cid, out long size)
    {
        rules.Check(cid);
        foreach (var some in _held)
            if (some.OpenFile(cid, out size) is { } file)
                return file;
        size = 0;
        return null;
    }

    /// <summary>Follows the path, one directory after another.</summary>
    public Resolved Resolve(ContentPath path)
    {
        var proof = new List<Cid>();
        var target = new DagLink("", path.Root, 0);
        var nodes = new List<Cid> { path.Root };
        foreach (var segment in path.Segments)
        {
            if (!IsDirectory(target.Cid) || DirectoryDag.Find(target.Cid, segment, Proving) is not { } entry)
                return new Resolved(nodes, proof, target) { Missing = segment };
            target = entry;
            nodes.Add(entry.Cid);
        }
        return new Resolved(nodes, proof, target);

        ReadOnlyMemory<byte> Proving(Cid cid)
        {
            proof.Add(cid);
            return Block(cid);
        }
    }

    private bool IsDirectory(Cid cid)
    {
        if (cid.Codec == Cid.Raw)
            return false;
        using var file = OpenFile(cid, out _);
        return file is null && UnixFsNode.Decode(cid, Block(cid)).IsDirectory;
    }
}

/// <summary>Where a path leads.</summary>
/// <param name="Nodes">The root and what each segment leads to.</param>
/// <param name="Proof">The blocks that were read on the way: they prove it to a client that has the root's CID.</param>
/// <param name="Target">The link to what lies at its end; the size is not known of a root.</param>
internal sealed record Resolved(IReadOnlyList<Cid> Nodes, IReadOnlyList<Cid> Proof, DagLink Target)
{
    /// <summary>The segment that leads nowhere, or null.</summary>
    public string? Missing { get; init; }
}
