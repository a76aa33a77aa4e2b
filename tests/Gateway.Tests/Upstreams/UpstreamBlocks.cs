using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>The blocks that an upstream has: by hash, as IPFS nodes keep them, so that both versions of a CID find one.</summary>
internal sealed class UpstreamBlocks
{
    private readonly ConcurrentDictionary<string, Block> _byHash = [];

    public UpstreamBlocks(params IEnumerable<Block> blocks)
    {
        foreach (var block in blocks)
            Add(block);
    }

    public void Add(Block block) => _byHash[Key(block.Cid)] = block;

    public IEnumerable<Block> All => _byHash.OrderBy(b => b.Key, StringComparer.Ordinal).Select(b => b.Value);

    public bool TryGet(Cid cid, [NotNullWhen(true)] out Block? block)
    {
        block = cid.IsIdentity ? new Block(cid, cid.Hash.ToArray())
            : _byHash.TryGetValue(Key(cid), out var found) ? found with { Cid = cid }
            : null;
        return block is not null;
    }

    /// <exception cref="KeyNotFoundException">It is not here.</exception>
    public Block Get(Cid cid) => TryGet(cid, out var block) ? block.Value : throw new KeyNotFoundException($"block {cid} was not found");

    public void Remove(Cid cid) => Assert.True(_byHash.TryRemove(Key(cid), out _));

    /// <summary>A block of about this size that is another one: the same for each call.</summary>
    public Block Other(Cid than, int length) =>
        All.Where(b => !b.Cid.Hash.SequenceEqual(than.Hash)).MinBy(b => Math.Abs(b.Bytes.Length - length));

    private static string Key(Cid cid) => Convert.ToHexString(cid.Hash);
}
