namespace Image2Ipfs.Gateway.Answers;

/// <summary>Where the bytes of an answer lay, the nearest first.</summary>
internal enum Origin
{
    Memory,
    Store,

    /// <summary>What came from upstreams before, on disk.</summary>
    Cache,

    Upstream,
}
