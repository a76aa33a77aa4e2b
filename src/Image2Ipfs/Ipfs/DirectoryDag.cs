using System.Globalization;
using System.Text;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// A directory's nodes. A small one is one node with its links sorted by the bytes of their names; one over the
/// threshold is a HAMT, a tree of shards in which the bytes of a name's hash say the way:
/// <code>
/// shard := 256 places, those that are taken set in its bitmap
///          place 0x3F with one entry       link "3Fname"
///          place 0xA0 with several         link "A0" to a shard over the next byte of the hash
/// </code>
/// Source: ipfs/specs, src/unixfs.md, "dag-pb Directory" and "dag-pb HAMTDirectory".
/// </summary>
public static class DirectoryDag
{
    private const ulong Murmur3X64 = 0x22;
    private const int Fanout = 256;

    /// <param name="profile">Decides the CIDs.</param>
    /// <param name="entries">The directory's entries, in any order, each name once.</param>
    /// <param name="onNode">Takes every node, children before parents.</param>
    /// <returns>The directory's CID and total size, under an empty name.</returns>
    public static DagLink Build(CidProfile profile, IEnumerable<DagLink> entries, Action<Block> onNode)
    {
        var sorted = entries.OrderBy(e => Encoding.UTF8.GetBytes(e.Name), ByteOrder).ToList();
        var flat = new DagPbNode(sorted, new UnixFsData(UnixFsType.Directory).Encode());
        var counted = profile.CountBlockBytes
            ? flat.Encode().Length
            : sorted.Sum(e => Encoding.UTF8.GetByteCount(e.Name) + e.Cid.Bytes.Length);
        return counted > CidProfile.ShardingThreshold
            ? Shard(profile, sorted.ConvertAll(e => (Hash(e.Name), e)), depth: 0, onNode)
            : Emit(profile, flat, onNode);
    }

    /// <summary>The entries of a directory, sharded or not, in the order in which they lie there.</summary>
    /// <param name="directory">A dag-pb CID.</param>
    /// <param name="getBlock">Gives a block of the DAG, already checked against its CID.</param>
    /// <exception cref="InvalidDataException">It is no directory, or a broken one.</exception>
    public static IEnumerable<DagLink> Entries(Cid directory, Func<Cid, ReadOnlyMemory<byte>> getBlock) =>
        Entries(directory, getBlock, seen: null, depth: 0);

    /// <summary>The entry of this name. Of a sharded directory, only the shards on the way to it are read.</summary>
    /// <param name="directory">A dag-pb CID.</param>
    /// <param name="name">The entry's name.</param>
    /// <param name="getBlock">Gives a block of the DAG, already checked against its CID. It is asked from the root downwards.</param>
    /// <exception cref="InvalidDataException">It is no directory, or a broken one.</exception>
    public static DagLink? Find(Cid directory, string name, Func<Cid, ReadOnlyMemory<byte>> getBlock)
    {
        var node = DagPbNode.Decode(getBlock(directory));
        var data = UnixFsData.Decode(node.Data);
        if (data.Type == UnixFsType.Directory)
            return FindLink(node, name);
        if (data.Type != UnixFsType.HamtShard)
            throw new InvalidDataException($"{directory} is not a directory");

        var hash = Murmur3.Hash(Encoding.UTF8.GetBytes(name));
        for (var bits = 64; ;)
        {
            var prefix = PrefixLength(directory, data, out var placeBits);
            bits -= placeBits;
            if (bits < 0)
                throw new InvalidDataException($"{directory} is nested too deep");
            var place = ((hash >> bits) & ((1UL << placeBits) - 1)).ToString($"X{prefix}", CultureInfo.InvariantCulture);
            if (FindLink(node, place) is not { } shard)
                return FindLink(node, place + name) is { } entry ? entry with { Name = name } : null;
            directory = shard.Cid;
            node = DagPbNode.Decode(getBlock(directory));
            data = UnixFsData.Decode(node.Data);
            if (data.Type != UnixFsType.HamtShard)
                throw new InvalidDataException($"{directory} is not a shard");
        }
    }

    private static DagLink? FindLink(DagPbNode node, string name)
    {
        foreach (var link in node.Links)
            if (link.Name == name)
                return link;
        return null;
    }

    /// <summary>The characters before the names in a shard: a place's number in hexadecimal.</summary>
    private static int PrefixLength(Cid shard, UnixFsData data, out int placeBits)
    {
        // A fanout of 2^30 in a block of some bytes made readers allocate gigabytes: CVE-2023-23625.
        if (data.Fanout is not { } fanout || fanout is < 8 or > 1024 || !ulong.IsPow2(fanout) || data.HashFunction != Murmur3X64)
            throw new InvalidDataException($"{shard} is a sharded directory that cannot be read");
        placeBits = (int)ulong.Log2(fanout);
        return (fanout - 1).ToString("X", CultureInfo.InvariantCulture).Length;
    }

    private static IEnumerable<DagLink> Entries(Cid directory, Func<Cid, ReadOnlyMemory<byte>> getBlock, HashSet<Cid>? seen, int depth)
    {
        var node = DagPbNode.Decode(getBlock(directory));
        var data = UnixFsData.Decode(node.Data);
        if (data.Type == UnixFsType.Directory && depth == 0)
            return node.Links;
        if (data.Type != UnixFsType.HamtShard)
            throw new InvalidDataException($"{directory} is not a directory");
        return ShardEntries(directory, node, data, getBlock, seen, depth);
    }

    private static IEnumerable<DagLink> ShardEntries(
        Cid shard, DagPbNode node, UnixFsData data, Func<Cid, ReadOnlyMemory<byte>> getBlock, HashSet<Cid>? seen, int depth)
    {
        var prefix = PrefixLength(shard, data, out _);
        if (depth > 64)
            throw new InvalidDataException($"{shard} is nested too deep");
        // A name has one place, so a shard has too; ten links to one shard over ten links to another would never end.
        seen ??= [];
        if (!seen.Add(shard))
            throw new InvalidDataException($"{shard} lies in a sharded directory twice");
        foreach (var link in node.Links)
        {
            if (link.Name.Length < prefix)
                throw new InvalidDataException($"{shard} has a link without a place");
            if (link.Name.Length > prefix)
                yield return link with { Name = link.Name[prefix..] };
            else
                foreach (var below in Entries(link.Cid, getBlock, seen, depth + 1))
                    yield return below;
        }
    }

    private static DagLink Shard(CidProfile profile, List<(byte[] Hash, DagLink Entry)> entries, int depth, Action<Block> onNode)
    {
        if (depth == sizeof(ulong))
            throw new InvalidDataException("a sharded directory has one name twice");
        var links = new List<DagLink>();
        var bitmap = new byte[Fanout / 8];
        foreach (var place in entries.GroupBy(e => e.Hash[depth]).OrderBy(g => g.Key))
        {
            var name = place.Key.ToString("X2", CultureInfo.InvariantCulture);
            bitmap[^(1 + place.Key / 8)] |= (byte)(1 << (place.Key % 8));
            links.Add(place.ToList() is [var one]
                ? one.Entry with { Name = name + one.Entry.Name }
                : Shard(profile, [.. place], depth + 1, onNode) with { Name = name });
        }
        var data = new UnixFsData(UnixFsType.HamtShard)
        {
            Data = bitmap.AsMemory(bitmap.AsSpan().IndexOfAnyExcept((byte)0)),
            HashFunction = Murmur3X64,
            Fanout = Fanout,
        };
        return Emit(profile, new DagPbNode(links, data.Encode()), onNode);
    }

    private static DagLink Emit(CidProfile profile, DagPbNode node, Action<Block> onNode)
    {
        var bytes = node.Encode();
        var cid = profile.NodeCid(bytes);
        onNode(new Block(cid, bytes));
        return new DagLink("", cid, node.Links.Aggregate((ulong)bytes.Length, (sum, l) => sum + l.TotalSize));
    }

    private static byte[] Hash(string name)
    {
        var bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, Murmur3.Hash(Encoding.UTF8.GetBytes(name)));
        return bytes;
    }

    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}
