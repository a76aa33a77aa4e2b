using System.Security.Cryptography;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Testing;

/// <summary>A file's DAG of any shape, and its content: what writers other than the publisher make, or could.</summary>
public sealed record AnyFile(PlainDag Dag, byte[] Content)
{
    /// <summary>The type of a UnixFS node.</summary>
    public const byte RawType = 0, FileType = 2;

    public static AnyFile RawLeaf(byte[] content) => new(new PlainDag(Cid.V1(Cid.Raw, SHA256.HashData(content)), content, (ulong)content.Length, []), content);

    /// <param name="profile">Its version counts.</param>
    /// <param name="type"><see cref="FileType"/>, as a rule.</param>
    /// <param name="content">The content bytes.</param>
    /// <param name="more">Further fields, such as a modification time.</param>
    public static AnyFile Leaf(CidProfile profile, byte type, byte[] content, params byte[] more)
    {
        byte[] data = content.Length == 0 ? [] : [0x12, .. PlainDag.Number((ulong)content.Length), .. content];
        return new AnyFile(PlainDag.Node(profile, [], [0x08, type, .. data, 0x18, .. PlainDag.Number((ulong)content.Length), .. more]), content);
    }

    /// <param name="profile">Its version counts.</param>
    /// <param name="parts">What lies below.</param>
    /// <param name="inline">Content before that of the parts.</param>
    public static AnyFile Join(CidProfile profile, IReadOnlyList<AnyFile> parts, params byte[] inline)
    {
        byte[] own = inline.Length == 0 ? [] : [0x12, .. PlainDag.Number((ulong)inline.Length), .. inline];
        byte[] content = [.. inline, .. parts.SelectMany(p => p.Content)];
        byte[] data = [0x08, FileType, .. own, 0x18, .. PlainDag.Number((ulong)content.Length), .. parts.SelectMany(p => (byte[])[0x20, .. PlainDag.Number((ulong)p.Content.Length)])];
        return new AnyFile(PlainDag.Node(profile, [.. parts.Select(p => ("", p.Dag))], data), content);
    }

    /// <summary>Level upon level, each node full but the last.</summary>
    public static AnyFile Balanced(CidProfile profile, IReadOnlyList<AnyFile> leaves, int width)
    {
        while (leaves.Count > 1)
            leaves = [.. leaves.Chunk(width).Select(group => Join(profile, group))];
        return leaves[0];
    }

    /// <summary>As <c>ipfs add --trickle</c> does: each node has leaves first, and then deeper and deeper trees of the same kind.</summary>
    public static AnyFile Trickle(CidProfile profile, Queue<AnyFile> leaves, int width, int depth = int.MaxValue)
    {
        var parts = new List<AnyFile>();
        while (parts.Count < width && leaves.TryDequeue(out var leaf))
            parts.Add(leaf);
        for (var below = 1; below < depth && leaves.Count > 0; below++)
            for (var i = 0; i < 4 && leaves.Count > 0; i++)
                parts.Add(Trickle(profile, leaves, width, below));
        return Join(profile, parts);
    }
}
