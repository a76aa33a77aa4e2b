using System.Security.Cryptography;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Testing;

/// <summary>
/// The DAG of a file or a flat directory, built the plain way: everything in memory, level by level, with protobuf
/// spelled out byte by byte. It shares nothing with the library but the shape of a CID, so that each can check the other.
/// </summary>
public sealed record PlainDag(Cid Cid, byte[] Block, ulong TotalSize, IReadOnlyList<PlainDag> Children)
{
    public DagLink Link => new("", Cid, TotalSize);

    public static PlainDag File(CidProfile profile, byte[] content)
    {
        var chunks = content.Length == 0 ? [[]] : content.Chunk(profile.ChunkSize);
        var level = chunks.Select(chunk => (Node: Leaf(profile, chunk), Size: (ulong)chunk.Length)).ToList();
        while (level.Count > 1)
        {
            level = [.. level.Chunk(profile.MaxLinks).Select(group =>
            {
                var size = group.Aggregate(0UL, (sum, child) => sum + child.Size);
                byte[] data = [0x08, 0x02, 0x18, .. Number(size), .. group.SelectMany(child => (byte[])[0x20, .. Number(child.Size)])];
                return (Node(profile, [.. group.Select(child => ("", child.Node))], data), size);
            })];
        }
        return level[0].Node;
    }

    /// <param name="profile">Decides the CIDs.</param>
    /// <param name="entries">By name, in the order of the names' bytes.</param>
    public static PlainDag Directory(CidProfile profile, params (string Name, PlainDag Node)[] entries) =>
        Node(profile, entries, [0x08, 0x01]);

    /// <summary>A content archive of all blocks, depth first, each once.</summary>
    public byte[] Car() => CarOf([this]);

    /// <summary>The same of several roots.</summary>
    public static byte[] CarOf(IReadOnlyList<PlainDag> roots)
    {
        byte[] count = roots.Count < 24 ? [(byte)(0x80 | roots.Count)] : [0x99, (byte)(roots.Count >> 8), (byte)roots.Count];
        byte[] header = [0xA2, 0x65, .. "roots"u8, .. count, .. roots.SelectMany(r => (byte[])[0xD8, 0x2A, 0x58, (byte)(r.Cid.Bytes.Length + 1), 0, .. r.Cid.Bytes]), 0x67, .. "version"u8, 0x01];
        using var car = new MemoryStream();
        car.Write([.. Number((ulong)header.Length), .. header]);
        var seen = new HashSet<Cid>();
        foreach (var node in roots.SelectMany(root => root.DepthFirst(seen)))
            car.Write([.. Number((ulong)(node.Cid.Bytes.Length + node.Block.Length)), .. node.Cid.Bytes, .. node.Block]);
        return car.ToArray();
    }

    private IEnumerable<PlainDag> DepthFirst(HashSet<Cid> seen) =>
        seen.Add(Cid) ? [this, .. Children.SelectMany(child => child.DepthFirst(seen))] : [];

    private static PlainDag Leaf(CidProfile profile, byte[] chunk)
    {
        if (profile.RawLeaves)
            return new PlainDag(Cid.V1(Cid.Raw, SHA256.HashData(chunk)), chunk, (ulong)chunk.Length, []);
        byte[] content = chunk.Length == 0 ? [] : [0x12, .. Number((ulong)chunk.Length), .. chunk];
        return Node(profile, [], [0x08, 0x02, .. content, 0x18, .. Number((ulong)chunk.Length)]);
    }

    /// <summary>A dag-pb node: links and data.</summary>
    public static PlainDag Node(CidProfile profile, (string Name, PlainDag Node)[] children, byte[] data)
    {
        using var block = new MemoryStream();
        foreach (var (name, child) in children)
        {
            var nameBytes = System.Text.Encoding.UTF8.GetBytes(name);
            byte[] link =
            [
                0x0A, .. Number((ulong)child.Cid.Bytes.Length), .. child.Cid.Bytes,
                0x12, .. Number((ulong)nameBytes.Length), .. nameBytes,
                0x18, .. Number(child.TotalSize),
            ];
            block.Write([0x12, .. Number((ulong)link.Length), .. link]);
        }
        block.Write([0x0A, .. Number((ulong)data.Length), .. data]);
        var bytes = block.ToArray();
        var hash = SHA256.HashData(bytes);
        var total = children.Aggregate((ulong)bytes.Length, (sum, child) => sum + child.Node.TotalSize);
        return new PlainDag(profile.CidVersion == 0 ? Cid.V0(hash) : Cid.V1(Cid.DagPb, hash), bytes, total, [.. children.Select(c => c.Node)]);
    }

    internal static byte[] Number(ulong value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Number(value >> 7)];
}
