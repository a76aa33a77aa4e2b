using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>A DAG cannot be read further before this block is here.</summary>
internal sealed class MissingBlockException(Cid cid) : Exception($"the block {cid} is not here")
{
    public Cid Cid { get; } = cid;
}
