namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>In which ways an upstream gives what it has.</summary>
[Flags]
internal enum Ways
{
    None = 0,

    /// <summary><c>?format=car</c>: blocks, those of the path first.</summary>
    Car = 1,

    /// <summary><c>?format=raw</c>: one block, of a bare CID.</summary>
    Raw = 2,

    /// <summary>Files as they are, which nobody can verify but by their digests.</summary>
    Path = 4,

    All = Car | Raw | Path,
}

/// <summary>What an upstream does with a format that it does not give.</summary>
internal enum UnknownFormat
{
    /// <summary>As js-ipfs: the file itself, or 301 for a directory.</summary>
    Ignored,

    /// <summary>406, as a trustless gateway.</summary>
    NotAcceptable,
}
