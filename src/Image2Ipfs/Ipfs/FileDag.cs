using System.Buffers;
using System.Security.Cryptography;

namespace Image2Ipfs.Ipfs;

/// <summary>
/// Computes the DAG of a file while its bytes go by: nothing of the file is kept but the chunk at hand.
/// <code>
///                 root                 level 2        a level that holds MaxLinks links becomes a node of the next;
///          ┌───────┴──────┐                           at the end the partly filled ones do, from below,
///        node            node          level 1        until one link is left: that is the root
///   ┌─────┼─────┐    ┌────┘
/// leaf  leaf  leaf  leaf               level 0        a leaf is ChunkSize bytes; a file of one leaf is that leaf
/// </code>
/// Source: ipfs/specs, src/unixfs.md, "Layout: balanced". Leaves are not handed out: a leaf is a slice of the file in
/// an envelope (<see cref="Leaf"/>), made again when someone asks for it.
/// </summary>
public sealed class FileDag : IDisposable
{
    /// <summary>Blocks of IPFS have at most 2 MiB.</summary>
    internal const int MaxLeaf = 2 * 1024 * 1024;

    private readonly CidProfile _profile;
    private readonly Action<Block> _onInnerNode;
    private readonly List<List<Child>> _levels = [[]];
    private byte[] _chunk;
    private int _filled;
    private long _size;

    /// <param name="profile">Decides the CIDs.</param>
    /// <param name="onInnerNode">Takes every node that is not a leaf, children before parents.</param>
    public FileDag(CidProfile profile, Action<Block> onInnerNode)
    {
        _profile = profile;
        _onInnerNode = onInnerNode;
        _chunk = ArrayPool<byte>.Shared.Rent(profile.ChunkSize);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_filled == 0 && bytes.Length > _profile.ChunkSize)
            {
                AddLeaf(bytes[.._profile.ChunkSize]);
                bytes = bytes[_profile.ChunkSize..];
                continue;
            }
            // A full chunk waits for one more byte: the last chunk of a file is added by Finish.
            if (_filled == _profile.ChunkSize)
                FlushChunk();
            var part = bytes[..Math.Min(bytes.Length, _profile.ChunkSize - _filled)];
            part.CopyTo(_chunk.AsSpan(_filled));
            _filled += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Ends the file.</summary>
    /// <returns>The root and the total size of the DAG, under an empty name.</returns>
    public DagLink Finish()
    {
        if (_filled > 0 || _size == 0)
            FlushChunk();
        for (var level = 0; ; level++)
        {
            var isTop = level == _levels.Count - 1;
            if (isTop && _levels[level] is [var root])
                return new DagLink("", root.Cid, root.TotalSize);
            if (_levels[level].Count > 0)
                AddNode(level);
        }
    }

    public void Dispose()
    {
        // Once: a buffer that is given back twice is lent to two.
        if (_chunk.Length > 0)
            ArrayPool<byte>.Shared.Return(_chunk);
        _chunk = [];
    }

    /// <summary>The block of a leaf with this content.</summary>
    public static byte[] Leaf(CidProfile profile, ReadOnlyMemory<byte> content)
    {
        var block = EmptyLeaf(profile.RawLeaves ? null : UnixFsType.File, content.Length, out var place);
        content.CopyTo(block.AsMemory(place));
        return block;
    }

    /// <summary>The block of a leaf whose content is still to be put into it.</summary>
    /// <param name="envelope">The type in its envelope; null: it has none.</param>
    /// <param name="length">Of the content.</param>
    /// <param name="place">Where in the block that belongs.</param>
    internal static byte[] EmptyLeaf(UnixFsType? envelope, int length, out Range place)
    {
        var (head, tail) = envelope is { } type ? LeafEnvelope(length, type) : ([], []);
        var block = GC.AllocateUninitializedArray<byte>(head.Length + length + tail.Length);
        head.CopyTo(block, 0);
        tail.CopyTo(block, head.Length + length);
        place = head.Length..(head.Length + length);
        return block;
    }

    /// <summary>The content bytes of a leaf whose block, envelope included, has this length.</summary>
    /// <exception cref="InvalidDataException">No leaf has this length.</exception>
    internal static long LeafContentLength(ulong blockLength)
    {
        // The envelope grows with the content, by a byte at a time: one length fits, or none.
        for (var overhead = 6; overhead < 24 && (ulong)overhead <= blockLength && blockLength <= int.MaxValue; overhead++)
        {
            var length = (int)blockLength - overhead;
            var (head, tail) = LeafEnvelope(length);
            if (head.Length + tail.Length == overhead)
                return length;
        }
        throw new InvalidDataException($"no leaf of a file has {blockLength} bytes");
    }

    /// <summary>
    /// Whether a link is to a leaf of so many content bytes, as far as its total size tells: an inner node's DAG is longer,
    /// by its own bytes and by as many envelopes as it has leaves.
    /// </summary>
    public static bool LooksLikeLeaf(DagLink link, long length)
    {
        if (length is 0 or > MaxLeaf)
            return false;
        if (link.Cid.Codec == Cid.Raw)
            return true;
        var (head, tail) = LeafEnvelope((int)length);
        return link.TotalSize == (ulong)(head.Length + length + tail.Length);
    }

    private void FlushChunk()
    {
        AddLeaf(_chunk.AsSpan(0, _filled));
        _filled = 0;
    }

    private void AddLeaf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[32];
        var length = (ulong)content.Length;
        if (_profile.RawLeaves)
        {
            SHA256.HashData(content, hash);
        }
        else
        {
            var (head, tail) = LeafEnvelope(content.Length);
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            sha256.AppendData(head);
            sha256.AppendData(content);
            sha256.AppendData(tail);
            sha256.GetHashAndReset(hash);
            length += (ulong)(head.Length + tail.Length);
        }
        _size += content.Length;
        Add(0, new Child(_profile.CidOfHash(hash, _profile.RawLeaves ? Cid.Raw : Cid.DagPb), length, (ulong)content.Length));
    }

    private void AddNode(int level)
    {
        var children = _levels[level];
        var fileSize = children.Aggregate(0UL, (sum, c) => sum + c.FileSize);
        var data = new UnixFsData(UnixFsType.File) { FileSize = fileSize, BlockSizes = children.ConvertAll(c => c.FileSize) };
        var bytes = new DagPbNode(children.ConvertAll(c => new DagLink("", c.Cid, c.TotalSize)), data.Encode()).Encode();
        var cid = _profile.NodeCid(bytes);
        _onInnerNode(new Block(cid, bytes));
        var totalSize = children.Aggregate((ulong)bytes.Length, (sum, c) => sum + c.TotalSize);
        children.Clear();
        Add(level + 1, new Child(cid, totalSize, fileSize));
    }

    private void Add(int level, Child child)
    {
        if (level == _levels.Count)
            _levels.Add([]);
        _levels[level].Add(child);
        if (_levels[level].Count == _profile.MaxLinks)
            AddNode(level);
    }

    /// <summary>The bytes of a UnixFS leaf before and after its content: the protobuf around it, without a copy of it.</summary>
    /// <param name="length">Of the content.</param>
    /// <param name="type">What the leaf says that it is: a file, as a rule.</param>
    public static (byte[] Head, byte[] Tail) LeafEnvelope(int length, UnixFsType type = UnixFsType.File)
    {
        if (length == 0)
            return ([0x0A, 0x04, 0x08, (byte)type, 0x18, 0x00], []);
        var tail = new ArrayBufferWriter<byte>(8);
        Varint.Write(tail, 0x18);
        Varint.Write(tail, (ulong)length);
        var data = 2 + 1 + Varint.Length((ulong)length) + length + tail.WrittenCount;
        var head = new ArrayBufferWriter<byte>(16);
        Varint.Write(head, 0x0A);
        Varint.Write(head, (ulong)data);
        head.Write<byte>([0x08, (byte)type, 0x12]);
        Varint.Write(head, (ulong)length);
        return (head.WrittenSpan.ToArray(), tail.WrittenSpan.ToArray());
    }

    private readonly record struct Child(Cid Cid, ulong TotalSize, ulong FileSize);
}
