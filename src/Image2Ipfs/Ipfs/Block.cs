namespace Image2Ipfs.Ipfs;

/// <summary>A block and its CID.</summary>
public readonly record struct Block(Cid Cid, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A link to a DAG: its root's CID, and the size of all its blocks as dag-pb counts it (Tsize: every block's bytes,
/// as often as it is linked).
/// </summary>
public readonly record struct DagLink(string Name, Cid Cid, ulong TotalSize);
